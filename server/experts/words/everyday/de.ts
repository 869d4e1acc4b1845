/** Everyday words in German, in the form of everyday-words.ts. */
export const de = {
  things: `
airplane | Flugzeug
apple | Apfel
arrow | Pfeil
baby | Baby, Säugling
bag | Tasche, Tüte, Beutel
ball | Ball
balloon | Luftballon
bank | Bank
basket | Korb
beach | Strand
bear | Bär
bed | Bett
beer | Bier
bee | Biene
bell | Glocke
bicycle | Fahrrad, Rad
bird | Vogel
boat | Boot
book | Buch
bottle | Flasche
box | Kiste, Schachtel, Karton
boy | Junge
bread | Brot
bridge | Brücke
building | Gebäude
bus | Bus
butterfly | Schmetterling
cake | Kuchen, Torte
camera | Kamera, Fotoapparat
candle | Kerze
car | Auto, Wagen
card | Karte
cart | Einkaufswagen
cat | Katze, Kater
chair | Stuhl
cheese | Käse
child | Kind
church | Kirche
city | Stadt
clock | Uhr
clothes | Kleidung
cloud | Wolke
coat | Mantel
coin | Münze
computer | Rechner, Computer
cow | Kuh
cup | Tasse, Becher
cup of coffee | Kaffee, Tasse Kaffee
dog | Hund
door | Tür
dot | Punkt
dress | Kleid
egg | Ei
envelope | Umschlag, Briefumschlag
eye | Auge
face | Gesicht
family | Familie
father | Vater
field | Feld
fire | Feuer
fish | Fisch
flag | Flagge, Fahne
flower | Blume
forest | Wald
frog | Frosch
garden | Garten
gift | Geschenk
girl | Mädchen
glass | Glas
glasses | Brille
grass | Gras
hand | Hand
hat | Hut
heart | Herz
hill | Hügel
horse | Pferd
house | Haus
ice cream | Eis, Eiscreme
key | Schlüssel
king | König
knife | Messer
lake | See
lamp | Lampe
leaf | Blatt
letter | Brief
light bulb | Glühbirne
light | Licht
lion | Löwe
lock | Schloss
magnifying glass | Lupe
man | Mann
map | Landkarte, Stadtplan
milk | Milch
money | Geld
moon | Mond
mother | Mutter
mountain | Berg
mouse | Maus
mushroom | Pilz
music | Musik
night | Nacht
orange | Apfelsine
paper | Papier
park | Park
pear | Birne
pencil | Bleistift, Stift
phone | Telefon, Handy
pig | Schwein
plane | Flieger
plant | Pflanze
plate | Teller
queen | Königin
rabbit | Hase, Kaninchen
rain | Regen
ring | Ring
river | Fluss
road | Straße, Weg
rocket | Rakete
roof | Dach
room | Zimmer
rose | Rose
school | Schule
sea | Meer
sheep | Schaf
ship | Schiff
shirt | Hemd
shoe | Schuh
shop | Laden, Geschäft
sky | Himmel
snail | Schnecke
snake | Schlange
snow | Schnee
sofa | Sofa, Couch
soup | Suppe
spoon | Löffel
star | Stern
stone | Stein
strawberry | Erdbeere
sun | Sonne
table | Tisch
tea | Tee
teacher | Lehrer, Lehrerin
teapot | Teekanne
tent | Zelt
tiger | Tiger
tooth | Zahn
train | Zug
tree | Baum
truck | Lastwagen, Lkw
turtle | Schildkröte
umbrella | Regenschirm, Schirm
wall | Wand, Mauer
watch | Armbanduhr
water | Wasser
wave | Welle
wheel | Lenkrad
whale | Wal
wind | Wind
window | Fenster
wine | Wein
wolf | Wolf
woman | Frau
`,
  describing: `
black | schwarz
white | weiß
grey | grau
red | rot
orange | orangefarben, orange
yellow | gelb
green | grün
teal | türkis, türkisfarben
blue | blau
purple | lila, violett
pink | rosa, pink
brown | braun
golden | golden
light | hell
dark | dunkel
big | groß
small | klein
happy | glücklich, fröhlich
sad | traurig
angry | wütend, böse
smiling | lachend, lächelnd
sleeping | schlafend
old | alt
new | neu
round | rund
hot | heiß
cold | kalt
open | offen
broken | kaputt, zerbrochen
beautiful | schön
two | zwei
three | drei
`,
  joining: `
on | auf
in | in, im
at | am, an, bei, beim
under | unter
behind | hinter
in front of | vor
next to | neben
between | zwischen
with | mit
without | ohne
and | und
of | von, vom
for | für
`,
  fillers:
    "ein eine einen einem einer eines der die das den dem des ist sind es zum zur ihr ihre sein seine mein meine dein deine sehr bild zeichnung bitte steht sitzt liegt fährt fliegt",
};
