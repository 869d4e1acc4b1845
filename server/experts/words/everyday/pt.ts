/** Everyday words in Portuguese, in the form of everyday-words.ts. */
export const pt = {
  things: `
airplane | avião
apple | maçã
arrow | seta
baby | bebê
bag | bolsa, sacola
ball | bola
balloon | balão
bank | banco
basket | cesta
beach | praia
bear | urso
bed | cama
beer | cerveja
bee | abelha
bell | sino
bicycle | bicicleta
bird | pássaro, ave
boat | barco
book | livro
bottle | garrafa
box | caixa
boy | menino, garoto, rapaz
bread | pão
bridge | ponte
building | edifício, prédio
bus | ônibus
butterfly | borboleta
cake | bolo
camera | câmera
candle | vela
car | carro
card | cartão
cart | carrinho
cat | gato, gata
chair | cadeira
cheese | queijo
child | criança
church | igreja
city | cidade
clock | relógio
clothes | roupa
cloud | nuvem
coat | casaco
coin | moeda
computer | computador
cow | vaca
cup | xícara
cup of coffee | café, xícara de café
dog | cachorro, cão, cadela
door | porta
dot | ponto
dress | vestido
egg | ovo
envelope | envelope
eye | olho
face | rosto, cara
family | família
father | pai
field | campo
fire | fogo
fish | peixe
flag | bandeira
flower | flor
forest | floresta
frog | sapo, rã
garden | jardim
gift | presente
girl | menina, garota
glass | copo
glasses | óculos
grass | grama
hand | mão
hat | chapéu
heart | coração
hill | colina
horse | cavalo
house | casa
ice cream | sorvete
key | chave
king | rei
knife | faca
lake | lago
lamp | lâmpada
leaf | folha
letter | carta
light bulb | lâmpada elétrica
light | luz
lion | leão
lock | cadeado
magnifying glass | lupa
man | homem
map | mapa
milk | leite
money | dinheiro
moon | lua
mother | mãe
mountain | montanha
mouse | rato
mushroom | cogumelo
music | música
night | noite
orange | laranja
paper | papel
park | parque
pear | pera
pencil | lápis
phone | telefone, celular
pig | porco
plane | aeroplano
plant | planta
plate | prato
queen | rainha
rabbit | coelho
rain | chuva
ring | anel
river | rio
road | rua, estrada
rocket | foguete
roof | telhado
room | quarto
rose | rosa
school | escola
sea | mar
sheep | ovelha
ship | navio
shirt | camisa
shoe | sapato
shop | loja
sky | céu
snail | caracol
snake | cobra
snow | neve
sofa | sofá
soup | sopa
spoon | colher
star | estrela
stone | pedra
strawberry | morango
sun | sol
table | mesa
tea | chá
teacher | professor, professora
teapot | bule
tent | barraca
tiger | tigre
tooth | dente
train | trem
tree | árvore
truck | caminhão
turtle | tartaruga
umbrella | guarda-chuva
wall | parede, muro
watch | relógio de pulso
water | água
wave | onda
wheel | roda
whale | baleia
wind | vento
window | janela
wine | vinho
wolf | lobo
woman | mulher
`,
  describing: `
black | preto, preta
white | branco, branca
grey | cinza, cinzento, cinzenta
red | vermelho, vermelha
orange | alaranjado, alaranjada
yellow | amarelo, amarela
green | verde
teal | turquesa
blue | azul
purple | roxo, roxa
pink | rosa, cor-de-rosa
brown | marrom, castanho, castanha
golden | dourado, dourada
light | claro, clara
dark | escuro, escura
big | grande
small | pequeno, pequena
happy | feliz, contente
sad | triste
angry | zangado, zangada
smiling | sorridente
sleeping | dormindo, adormecido, adormecida
old | velho, velha
new | novo, nova
round | redondo, redonda
hot | quente
cold | frio, fria
open | aberto, aberta
broken | quebrado, quebrada
beautiful | bonito, bonita, lindo, linda
two | dois, duas
three | três
`,
  joining: `
on | sobre
in | em, no, na, nos, nas, dentro
at | perto
under | sob, debaixo
behind | atrás
in front of | diante
next to | ao lado, junto
between | entre
with | com
without | sem
and | e
of | de, do, da, dos, das
for | para, por
`,
  fillers: "um uma uns umas o a os as num numa ao à é está estão são seu sua meu minha que muito desenho imagem favor",
};
