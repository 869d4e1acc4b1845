/** Everyday words in Spanish, in the form of everyday-words.ts. */
export const es = {
  things: `
airplane | avión
apple | manzana
arrow | flecha
baby | bebé
bag | bolsa, bolso
ball | pelota, balón
balloon | globo
bank | banco
basket | cesta, canasta
beach | playa
bear | oso
bed | cama
beer | cerveza
bee | abeja
bell | campana
bicycle | bicicleta, bici
bird | pájaro, ave
boat | barco, barca, bote
book | libro
bottle | botella
box | caja
boy | niño, chico, muchacho
bread | pan
bridge | puente
building | edificio
bus | autobús
butterfly | mariposa
cake | pastel, tarta
camera | cámara
candle | vela
car | coche, carro, auto
card | tarjeta
cart | carrito
cat | gato, gata
chair | silla
cheese | queso
child | hijo
church | iglesia
city | ciudad
clock | reloj
clothes | ropa
cloud | nube
coat | abrigo
coin | moneda
computer | ordenador, computadora
cow | vaca
cup | taza
cup of coffee | café, taza de café
dog | perro, perra
door | puerta
dot | punto
dress | vestido
egg | huevo
envelope | sobre
eye | ojo
face | cara, rostro
family | familia
father | padre
field | campo
fire | fuego
fish | pez, pescado
flag | bandera
flower | flor
forest | bosque
frog | rana
garden | jardín
gift | regalo
girl | niña, chica, muchacha
glass | vaso
glasses | gafas
grass | hierba
hand | mano
hat | sombrero
heart | corazón
hill | colina
horse | caballo
house | casa
ice cream | helado
key | llave
king | rey
knife | cuchillo
lake | lago
lamp | lámpara
leaf | hoja
letter | carta
light bulb | bombilla
light | luz
lion | león
lock | candado
magnifying glass | lupa
man | hombre
map | mapa
milk | leche
money | dinero
moon | luna
mother | madre
mountain | montaña
mouse | ratón
mushroom | seta, champiñón
music | música
night | noche
orange | naranja
paper | papel
park | parque
pear | pera
pencil | lápiz
phone | teléfono, móvil
pig | cerdo
plane | aeroplano
plant | planta
plate | plato
queen | reina
rabbit | conejo
rain | lluvia
ring | anillo
river | río
road | calle, carretera, camino
rocket | cohete
roof | techo
room | habitación
rose | rosa
school | escuela
sea | mar
sheep | oveja
ship | buque
shirt | camisa
shoe | zapato
shop | tienda
sky | cielo
snail | caracol
snake | serpiente
snow | nieve
sofa | sofá
soup | sopa
spoon | cuchara
star | estrella
stone | piedra
strawberry | fresa
sun | sol
table | mesa
tea | té
teacher | profesor, profesora
teapot | tetera
tent | carpa, tienda de campaña
tiger | tigre
tooth | diente
train | tren
tree | árbol
truck | camión
turtle | tortuga
umbrella | paraguas
wall | pared, muro
watch | reloj de pulsera
water | agua
wave | ola
wheel | rueda
whale | ballena
wind | viento
window | ventana
wine | vino
wolf | lobo
woman | mujer
`,
  describing: `
black | negro, negra
white | blanco, blanca
grey | gris
red | rojo, roja
orange | anaranjado, anaranjada
yellow | amarillo, amarilla
green | verde
teal | turquesa
blue | azul
purple | morado, morada, púrpura
pink | rosado, rosada
brown | marrón, café
golden | dorado, dorada
light | claro, clara
dark | oscuro, oscura
big | grande, gran
small | pequeño, pequeña
happy | feliz, contento, contenta
sad | triste
angry | enojado, enojada, enfadado, enfadada
smiling | sonriente
sleeping | dormido, dormida, durmiendo
old | viejo, vieja
new | nuevo, nueva
round | redondo, redonda
hot | caliente
cold | frío, fría
open | abierto, abierta
broken | roto, rota
beautiful | hermoso, hermosa, bonito, bonita
two | dos
three | tres
`,
  joining: `
on | sobre
in | en, dentro
at | cerca
under | bajo, debajo
behind | detrás
in front of | delante
next to | al lado, junto
between | entre
with | con
without | sin
and | y, e
of | de, del
for | para, por
`,
  fillers: "un una unos unas el la los las lo al es está están son su sus mi mis tu que muy dibujo imagen favor",
};
