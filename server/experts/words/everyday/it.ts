/** Everyday words in Italian, in the form of everyday-words.ts. */
export const it = {
  things: `
airplane | aereo, aeroplano
apple | mela
arrow | freccia
baby | bebè, neonato, neonata
bag | borsa, busta, sacchetto
ball | palla, pallone
balloon | palloncino
bank | banca
basket | cesto, cestino di vimini, paniere
beach | spiaggia
bear | orso
bed | letto, camera da letto
beer | birra
bee | ape
bell | campana, campanella, campanello
bicycle | bicicletta, bici
bird | uccello
boat | barca
book | libro
bottle | bottiglia
box | scatola, cassa
boy | ragazzo, bambino
bread | pane
bridge | ponte
building | edificio, palazzo
bus | autobus, pullman
butterfly | farfalla
cake | torta
camera | fotocamera, macchina fotografica
candle | candela
car | auto, automobile, macchina
card | scheda, tessera, biglietto da visita
cart | carrello
cat | gatto, gatta
chair | sedia
cheese | formaggio
child | figlio, bimbo, bimba
church | chiesa
city | città
clock | orologio
clothes | vestiti, abiti, abbigliamento
cloud | nuvola
coat | cappotto, giacca
coin | moneta
computer | computer, calcolatore
cow | mucca, vacca
cup | tazza
cup of coffee | caffè, tazza di caffè
dog | cane, cagna
door | porta
dot | punto, puntino, pallino
dress | vestito, abito
egg | uovo, uova
envelope | busta da lettere, busta lettera
eye | occhio
face | faccia, viso, volto
family | famiglia
father | padre, papà
field | campo
fire | fuoco
fish | pesce
flag | bandiera
flower | fiore
forest | foresta, bosco
frog | rana
garden | giardino
gift | regalo, dono
girl | ragazza, bambina
glass | bicchiere
glasses | occhiali
grass | erba
hand | mano, mani
hat | cappello
heart | cuore
hill | collina
horse | cavallo
house | casa
ice cream | gelato
key | chiave
king | il re, un re, del re
knife | coltello
lake | lago
lamp | lampada
leaf | foglia
letter | lettera
light bulb | lampadina
light | luce
lion | leone
lock | lucchetto
magnifying glass | lente d'ingrandimento, lente
man | uomo, uomini
map | mappa, cartina
milk | latte
money | denaro, soldi
moon | luna
mother | madre, mamma
mountain | montagna
mouse | topo
mushroom | fungo
music | musica
night | notte
orange | arancia
paper | carta
park | parco
pear | pera
pencil | matita
phone | telefono, cellulare, telefonino
pig | maiale
plane | velivolo
plant | pianta
plate | piatto
queen | regina
rabbit | coniglio, lepre
rain | pioggia
ring | anello
river | fiume
road | strada, via
rocket | razzo
roof | tetto
room | stanza, camera
rose | rosa
school | scuola
sea | mare
sheep | pecora
ship | nave
shirt | camicia
shoe | scarpa
shop | negozio, bottega
sky | cielo
snail | lumaca, chiocciola
snake | serpente
snow | neve
sofa | divano
soup | zuppa, minestra
spoon | cucchiaio
star | stella
stone | pietra, sasso
strawberry | fragola
sun | sole
table | tavolo, tavola
tea | tè
teacher | insegnante, maestro, maestra
teapot | teiera
tent | tenda
tiger | tigre
tooth | dente
train | treno
tree | albero
truck | camion
turtle | tartaruga
umbrella | ombrello
wall | parete, muro
watch | orologio da polso
water | acqua
wave | onda
wheel | ruota, volante
whale | balena
wind | vento
window | finestra
wine | vino
wolf | lupo
woman | donna
`,
  describing: `
black | nero, nera
white | bianco, bianca
grey | grigio, grigia
red | rosso, rossa
orange | arancione
yellow | giallo, gialla
green | verde
teal | turchese
blue | blu, azzurro, azzurra
purple | viola
pink | rosa
brown | marrone
golden | dorato, dorata
light | chiaro, chiara
dark | scuro, scura, buio, buia
big | grande, grosso, grossa
small | piccolo, piccola
happy | felice, contento, contenta, allegro, allegra
sad | triste
angry | arrabbiato, arrabbiata
smiling | sorridente
sleeping | addormentato, addormentata, dormiente, che dorme
old | vecchio, vecchia
new | nuovo, nuova, non letto, non letta
round | rotondo, rotonda, tondo, tonda
hot | caldo, calda
cold | freddo, fredda
open | aperto, aperta, apri, aprire
broken | rotto, rotta
beautiful | bello, bella, bellissimo, bellissima
two | due
three | tre
`,
  joining: `
on | su, sul, sullo, sulla, sull, sui, sugli, sulle, sopra
in | in, nel, nello, nella, nell, nei, negli, nelle, dentro
at | presso, vicino
under | sotto
behind | dietro
in front of | davanti
next to | accanto, a fianco
between | tra, fra
with | con, col
without | senza
and | e, ed
of | di, del, dello, della, dell, dei, degli, delle, d, da
for | per
`,
  fillers:
    "un uno una il lo la i gli le l al allo alla all ai agli alle a dal dalla c è sono sta stanno ha suo sua suoi sue mio mia tuo tua che molto questo questa disegno immagine icona favore",
};
