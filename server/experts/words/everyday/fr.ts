/** Everyday words in French, in the form of everyday-words.ts. */
export const fr = {
  things: `
airplane | avion
apple | pomme
arrow | flèche
baby | bébé
bag | sac
ball | ballon, balle
balloon | ballon de baudruche
bank | banque
basket | panier
beach | plage
bear | ours
bed | lit
beer | bière
bee | abeille
bell | cloche
bicycle | vélo, bicyclette
bird | oiseau
boat | bateau, barque
book | livre
bottle | bouteille
box | boîte, caisse
boy | garçon
bread | pain
bridge | pont
building | bâtiment, immeuble
bus | bus, autobus
butterfly | papillon
cake | gâteau
camera | appareil photo
candle | bougie
car | voiture, auto
card | carte
cart | chariot
cat | chat, chatte
chair | chaise
cheese | fromage
child | enfant
church | église
city | ville
clock | horloge
clothes | vêtements
cloud | nuage
coat | manteau
coin | pièce de monnaie
computer | ordinateur
cow | vache
cup | tasse
cup of coffee | café, tasse de café
dog | chien, chienne
door | porte
dot | point
dress | robe
egg | œuf
envelope | enveloppe
eye | œil, yeux
face | visage
family | famille
father | père
field | champ
fire | feu
fish | poisson
flag | drapeau
flower | fleur
forest | forêt
frog | grenouille
garden | jardin
gift | cadeau
girl | fille, fillette
glass | verre
glasses | lunettes
grass | herbe
hand | main
hat | chapeau
heart | cœur
hill | colline
horse | cheval, chevaux
house | maison
ice cream | glace, crème glacée
key | clé, clef
king | roi
knife | couteau
lake | lac
lamp | lampe
leaf | feuille
letter | lettre
light bulb | ampoule
light | lumière
lion | lion
lock | cadenas
magnifying glass | loupe
man | homme
map | plan
milk | lait
money | argent
moon | lune
mother | mère
mountain | montagne
mouse | souris
mushroom | champignon
music | musique
night | nuit
orange | orange
paper | papier
park | parc
pear | poire
pencil | crayon
phone | téléphone
pig | cochon
plane | aéroplane
plant | plante
plate | assiette
queen | reine
rabbit | lapin
rain | pluie
ring | bague, anneau
river | rivière, fleuve
road | rue, route
rocket | fusée
roof | toit
room | chambre
rose | rose
school | école
sea | mer
sheep | mouton
ship | navire
shirt | chemise
shoe | chaussure
shop | magasin, boutique
sky | ciel
snail | escargot
snake | serpent
snow | neige
sofa | canapé
soup | soupe
spoon | cuillère
star | étoile
stone | pierre
strawberry | fraise
sun | soleil
table | table
tea | thé
teacher | professeur
teapot | théière
tent | tente
tiger | tigre
tooth | dent
train | train
tree | arbre
truck | camion
turtle | tortue
umbrella | parapluie
wall | mur
watch | montre
water | eau
wave | vague
wheel | roue
whale | baleine
wind | vent
window | fenêtre
wine | vin
wolf | loup
woman | femme
`,
  describing: `
black | noir, noire
white | blanc, blanche
grey | gris, grise
red | rouge
orange | orange
yellow | jaune
green | vert, verte
teal | turquoise
blue | bleu, bleue
purple | violet, violette
pink | rose
brown | brun, brune, marron
golden | doré, dorée
light | clair, claire
dark | foncé, foncée, sombre
big | grand, grande, gros, grosse
small | petit, petite
happy | heureux, heureuse, content, contente
sad | triste
angry | fâché, fâchée
smiling | souriant, souriante
sleeping | endormi, endormie
old | vieux, vieille
new | nouveau, nouvelle, neuf, neuve
round | rond, ronde
hot | chaud, chaude
cold | froid, froide
open | ouvert, ouverte
broken | cassé, cassée, brisé, brisée
beautiful | beau, belle
two | deux
three | trois
`,
  joining: `
on | sur
in | dans
at | près
under | sous
behind | derrière
in front of | devant
next to | à côté
between | entre
with | avec
without | sans
and | et
of | de, d
for | pour
`,
  fillers:
    "un une le la les l des du au aux c ce cet cette est sont il elle son sa ses mon ma mes ton ta qui très dessin image plaît",
};
