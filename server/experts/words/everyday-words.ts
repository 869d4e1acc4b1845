/**
 * Everyday words in German, French, Spanish, Portuguese and Japanese, which go before the names of emoji: those name few
 * everyday things plainly ("table" only as a tennis table), and no colours, prepositions and articles. Written for Tau.
 * A line is the English word and one cell a language, words of equal meaning parted by commas; without plurals and other
 * endings that `inflections.ts` finds.
 */
import { foldWords } from "./fold-words.ts";
import { interfaceActions, interfaceThings } from "./interface-words.ts";

export const languageIds = ["de", "fr", "es", "pt", "ja"] as const;
export type LanguageId = (typeof languageIds)[number];

export type WordKind = "thing" | "describing" | "joining" | "filler";

export interface Meaning {
  readonly kind: WordKind;
  /** Empty for a filler. */
  readonly english: string;
}

/** What can be drawn. */
const things = `
airplane | Flugzeug | avion | avión | avião | 飛行機
apple | Apfel | pomme | manzana | maçã | りんご
arrow | Pfeil | flèche | flecha | seta | 矢印
baby | Baby, Säugling | bébé | bebé | bebê | 赤ちゃん
bag | Tasche, Tüte, Beutel | sac | bolsa, bolso | bolsa, sacola | かばん, 鞄, バッグ
ball | Ball | ballon, balle | pelota, balón | bola | ボール
balloon | Luftballon | ballon de baudruche | globo | balão | 風船
bank | Bank | banque | banco | banco | 銀行
basket | Korb | panier | cesta, canasta | cesta | かご, バスケット
beach | Strand | plage | playa | praia | 海岸, 浜, ビーチ
bear | Bär | ours | oso | urso | 熊, クマ
bed | Bett | lit | cama | cama | ベッド
beer | Bier | bière | cerveza | cerveja | ビール
bee | Biene | abeille | abeja | abelha | 蜂, ハチ
bell | Glocke | cloche | campana | sino | 鐘, ベル
bicycle | Fahrrad, Rad | vélo, bicyclette | bicicleta, bici | bicicleta | 自転車
bird | Vogel | oiseau | pájaro, ave | pássaro, ave | 鳥
boat | Boot | bateau, barque | barco, barca, bote | barco | 船, ボート
book | Buch | livre | libro | livro | 本
bottle | Flasche | bouteille | botella | garrafa | 瓶, ボトル
box | Kiste, Schachtel, Karton | boîte, caisse | caja | caixa | 箱
boy | Junge | garçon | niño, chico, muchacho | menino, garoto, rapaz | 男の子, 少年
bread | Brot | pain | pan | pão | パン
bridge | Brücke | pont | puente | ponte | 橋
building | Gebäude | bâtiment, immeuble | edificio | edifício, prédio | 建物, ビル
bus | Bus | bus, autobus | autobús | ônibus | バス
butterfly | Schmetterling | papillon | mariposa | borboleta | 蝶, チョウ, ちょうちょ
cake | Kuchen, Torte | gâteau | pastel, tarta | bolo | ケーキ
camera | Kamera, Fotoapparat | appareil photo | cámara | câmera | カメラ
candle | Kerze | bougie | vela | vela | ろうそく
car | Auto, Wagen | voiture, auto | coche, carro, auto | carro | 車, 自動車
card | Karte | carte | tarjeta | cartão | カード
cart | Einkaufswagen | chariot | carrito | carrinho | カート
cat | Katze, Kater | chat, chatte | gato, gata | gato, gata | 猫, ネコ
chair | Stuhl | chaise | silla | cadeira | 椅子
cheese | Käse | fromage | queso | queijo | チーズ
child | Kind | enfant | hijo | criança | 子供, 子ども
church | Kirche | église | iglesia | igreja | 教会
city | Stadt | ville | ciudad | cidade | 街, 都市
clock | Uhr | horloge | reloj | relógio | 時計
clothes | Kleidung | vêtements | ropa | roupa | 服
cloud | Wolke | nuage | nube | nuvem | 雲
coat | Mantel | manteau | abrigo | casaco | コート
coin | Münze | pièce de monnaie | moneda | moeda | 硬貨, コイン
computer | Rechner, Computer | ordinateur | ordenador, computadora | computador | コンピューター, パソコン
cow | Kuh | vache | vaca | vaca | 牛
cup | Tasse, Becher | tasse | taza | xícara | カップ
cup of coffee | Kaffee, Tasse Kaffee | café, tasse de café | café, taza de café | café, xícara de café | コーヒー
dog | Hund | chien, chienne | perro, perra | cachorro, cão, cadela | 犬, イヌ
door | Tür | porte | puerta | porta | 扉, ドア
dot | Punkt | point | punto | ponto | 点, ドット
dress | Kleid | robe | vestido | vestido | ドレス
egg | Ei | œuf | huevo | ovo | 卵
envelope | Umschlag, Briefumschlag | enveloppe | sobre | envelope | 封筒
eye | Auge | œil, yeux | ojo | olho | 目
face | Gesicht | visage | cara, rostro | rosto, cara | 顔
family | Familie | famille | familia | família | 家族
father | Vater | père | padre | pai | 父, お父さん
field | Feld | champ | campo | campo | 畑
fire | Feuer | feu | fuego | fogo | 火
fish | Fisch | poisson | pez, pescado | peixe | 魚
flag | Flagge, Fahne | drapeau | bandera | bandeira | 旗
flower | Blume | fleur | flor | flor | 花
forest | Wald | forêt | bosque | floresta | 森
frog | Frosch | grenouille | rana | sapo, rã | カエル, 蛙
garden | Garten | jardin | jardín | jardim | 庭
gift | Geschenk | cadeau | regalo | presente | プレゼント, 贈り物
girl | Mädchen | fille, fillette | niña, chica, muchacha | menina, garota | 女の子, 少女
glass | Glas | verre | vaso | copo | グラス
glasses | Brille | lunettes | gafas | óculos | 眼鏡, メガネ
grass | Gras | herbe | hierba | grama | 草
hand | Hand | main | mano | mão | 手
hat | Hut | chapeau | sombrero | chapéu | 帽子
heart | Herz | cœur | corazón | coração | ハート, 心臓
hill | Hügel | colline | colina | colina | 丘
horse | Pferd | cheval, chevaux | caballo | cavalo | 馬
house | Haus | maison | casa | casa | 家
ice cream | Eis, Eiscreme | glace, crème glacée | helado | sorvete | アイスクリーム
key | Schlüssel | clé, clef | llave | chave | 鍵
king | König | roi | rey | rei | 王, 王様
knife | Messer | couteau | cuchillo | faca | ナイフ
lake | See | lac | lago | lago | 湖
lamp | Lampe | lampe | lámpara | lâmpada | ランプ
leaf | Blatt | feuille | hoja | folha | 葉
letter | Brief | lettre | carta | carta | 手紙
light bulb | Glühbirne | ampoule | bombilla | lâmpada elétrica | 電球
light | Licht | lumière | luz | luz | 光, 明かり
lion | Löwe | lion | león | leão | ライオン
lock | Schloss | cadenas | candado | cadeado | 錠
magnifying glass | Lupe | loupe | lupa | lupa | 虫眼鏡
man | Mann | homme | hombre | homem | 男, 男性
map | Landkarte, Stadtplan | plan | mapa | mapa | 地図
milk | Milch | lait | leche | leite | 牛乳, ミルク
money | Geld | argent | dinero | dinheiro | お金
moon | Mond | lune | luna | lua | 月
mother | Mutter | mère | madre | mãe | 母, お母さん
mountain | Berg | montagne | montaña | montanha | 山
mouse | Maus | souris | ratón | rato | ネズミ, マウス
mushroom | Pilz | champignon | seta, champiñón | cogumelo | きのこ, キノコ
music | Musik | musique | música | música | 音楽
night | Nacht | nuit | noche | noite | 夜
orange | Apfelsine | orange | naranja | laranja | オレンジ
paper | Papier | papier | papel | papel | 紙
park | Park | parc | parque | parque | 公園
pear | Birne | poire | pera | pera | 梨
pencil | Bleistift, Stift | crayon | lápiz | lápis | 鉛筆
phone | Telefon, Handy | téléphone | teléfono, móvil | telefone, celular | 電話
pig | Schwein | cochon | cerdo | porco | 豚
plane | Flieger | aéroplane | aeroplano | aeroplano | ひこうき
plant | Pflanze | plante | planta | planta | 植物
plate | Teller | assiette | plato | prato | 皿
queen | Königin | reine | reina | rainha | 女王
rabbit | Hase, Kaninchen | lapin | conejo | coelho | うさぎ, ウサギ
rain | Regen | pluie | lluvia | chuva | 雨
ring | Ring | bague, anneau | anillo | anel | 指輪
river | Fluss | rivière, fleuve | río | rio | 川
road | Straße, Weg | rue, route | calle, carretera, camino | rua, estrada | 道, 道路
rocket | Rakete | fusée | cohete | foguete | ロケット
roof | Dach | toit | techo | telhado | 屋根
room | Zimmer | chambre | habitación | quarto | 部屋
rose | Rose | rose | rosa | rosa | 薔薇, バラ
school | Schule | école | escuela | escola | 学校
sea | Meer | mer | mar | mar | 海
sheep | Schaf | mouton | oveja | ovelha | 羊
ship | Schiff | navire | buque | navio | 船舶
shirt | Hemd | chemise | camisa | camisa | シャツ
shoe | Schuh | chaussure | zapato | sapato | 靴
shop | Laden, Geschäft | magasin, boutique | tienda | loja | 店
sky | Himmel | ciel | cielo | céu | 空
snail | Schnecke | escargot | caracol | caracol | カタツムリ
snake | Schlange | serpent | serpiente | cobra | 蛇, ヘビ
snow | Schnee | neige | nieve | neve | 雪
sofa | Sofa, Couch | canapé | sofá | sofá | ソファー, ソファ
soup | Suppe | soupe | sopa | sopa | スープ
spoon | Löffel | cuillère | cuchara | colher | スプーン
star | Stern | étoile | estrella | estrela | 星
stone | Stein | pierre | piedra | pedra | 石
strawberry | Erdbeere | fraise | fresa | morango | いちご, イチゴ
sun | Sonne | soleil | sol | sol | 太陽
table | Tisch | table | mesa | mesa | テーブル, 机
tea | Tee | thé | té | chá | お茶, 紅茶
teacher | Lehrer, Lehrerin | professeur | profesor, profesora | professor, professora | 先生
teapot | Teekanne | théière | tetera | bule | 急須
tent | Zelt | tente | carpa, tienda de campaña | barraca | テント
tiger | Tiger | tigre | tigre | tigre | 虎, トラ
tooth | Zahn | dent | diente | dente | 歯
train | Zug | train | tren | trem | 電車, 列車
tree | Baum | arbre | árbol | árvore | 木
truck | Lastwagen, Lkw | camion | camión | caminhão | トラック
turtle | Schildkröte | tortue | tortuga | tartaruga | 亀, カメ
umbrella | Regenschirm, Schirm | parapluie | paraguas | guarda-chuva | 傘
wall | Wand, Mauer | mur | pared, muro | parede, muro | 壁
watch | Armbanduhr | montre | reloj de pulsera | relógio de pulso | 腕時計
water | Wasser | eau | agua | água | 水
wave | Welle | vague | ola | onda | 波
wheel | Lenkrad | roue | rueda | roda | 車輪
whale | Wal | baleine | ballena | baleia | 鯨, クジラ
wind | Wind | vent | viento | vento | 風
window | Fenster | fenêtre | ventana | janela | 窓
wine | Wein | vin | vino | vinho | ワイン
wolf | Wolf | loup | lobo | lobo | 狼
woman | Frau | femme | mujer | mulher | 女, 女性
`;

/** Colours and other words that stand before the thing in English. */
const describing = `
black | schwarz | noir, noire | negro, negra | preto, preta | 黒い, 黒, 黒色
white | weiß | blanc, blanche | blanco, blanca | branco, branca | 白い, 白, 白色
grey | grau | gris, grise | gris | cinza, cinzento, cinzenta | 灰色, グレー
red | rot | rouge | rojo, roja | vermelho, vermelha | 赤い, 赤, 赤色
orange | orangefarben, orange | orange | anaranjado, anaranjada | alaranjado, alaranjada | オレンジ色, 橙色
yellow | gelb | jaune | amarillo, amarilla | amarelo, amarela | 黄色い, 黄色
green | grün | vert, verte | verde | verde | 緑, 緑色
teal | türkis, türkisfarben | turquoise | turquesa | turquesa | 青緑, 青緑色
blue | blau | bleu, bleue | azul | azul | 青い, 青, 青色, 水色
purple | lila, violett | violet, violette | morado, morada, púrpura | roxo, roxa | 紫, 紫色
pink | rosa, pink | rose | rosado, rosada | rosa, cor-de-rosa | ピンク, ピンク色, 桃色
brown | braun | brun, brune, marron | marrón, café | marrom, castanho, castanha | 茶色い, 茶色
golden | golden | doré, dorée | dorado, dorada | dourado, dourada | 金色
light | hell | clair, claire | claro, clara | claro, clara | 明るい
dark | dunkel | foncé, foncée, sombre | oscuro, oscura | escuro, escura | 暗い
big | groß | grand, grande, gros, grosse | grande, gran | grande | 大きい, 大きな
small | klein | petit, petite | pequeño, pequeña | pequeno, pequena | 小さい, 小さな
happy | glücklich, fröhlich | heureux, heureuse, content, contente | feliz, contento, contenta | feliz, contente | 嬉しい, 幸せな
sad | traurig | triste | triste | triste | 悲しい
angry | wütend, böse | fâché, fâchée | enojado, enojada, enfadado, enfadada | zangado, zangada | 怒った
smiling | lachend, lächelnd | souriant, souriante | sonriente | sorridente | 笑っている, 笑う
sleeping | schlafend | endormi, endormie | dormido, dormida, durmiendo | dormindo, adormecido, adormecida | 眠っている, 寝ている
old | alt | vieux, vieille | viejo, vieja | velho, velha | 古い
new | neu | nouveau, nouvelle, neuf, neuve | nuevo, nueva | novo, nova | 新しい
round | rund | rond, ronde | redondo, redonda | redondo, redonda | 丸い
hot | heiß | chaud, chaude | caliente | quente | 熱い, 暑い
cold | kalt | froid, froide | frío, fría | frio, fria | 冷たい, 寒い
open | offen | ouvert, ouverte | abierto, abierta | aberto, aberta | 開いた
broken | kaputt, zerbrochen | cassé, cassée, brisé, brisée | roto, rota | quebrado, quebrada | 壊れた
beautiful | schön | beau, belle | hermoso, hermosa, bonito, bonita | bonito, bonita, lindo, linda | 美しい, きれいな
two | zwei | deux | dos | dois, duas | 二つの, 二匹の, 二人の
three | drei | trois | tres | três | 三つの, 三匹の, 三人の
`;

/** Words between things. */
const joining = `
on | auf | sur | sobre | sobre | の上に, の上の
in | in, im | dans | en, dentro | em, no, na, nos, nas, dentro | の中に, の中の
at | am, an, bei, beim | près | cerca | perto | のそばに
under | unter | sous | bajo, debajo | sob, debaixo | の下に, の下の
behind | hinter | derrière | detrás | atrás | の後ろに, の後ろの
in front of | vor | devant | delante | diante | の前に, の前の
next to | neben | à côté | al lado, junto | ao lado, junto | の隣に, の隣の
between | zwischen | entre | entre | entre | の間に
with | mit | avec | con | com | と一緒に, と一緒の, のある, のついた, の付いた, 付きの
without | ohne | sans | sin | sem | のない
and | und | et | y, e | e | と, そして
of | von, vom | de, d | de, del | de, do, da, dos, das | 
for | für | pour | para, por | para, por | のため
`;

/** What is left out: articles, pronouns, forms of "to be", Japanese particles and endings. */
const fillers: Readonly<Record<LanguageId, string>> = {
  de: "ein eine einen einem einer eines der die das den dem des ist sind es zum zur ihr ihre sein seine mein meine dein deine sehr bild zeichnung bitte steht sitzt liegt fährt fliegt",
  fr: "un une le la les l des du au aux c ce cet cette est sont il elle son sa ses mon ma mes ton ta qui très dessin image plaît",
  es: "un una unos unas el la los las lo al es está están son su sus mi mis tu que muy dibujo imagen favor",
  pt: "um uma uns umas o a os as num numa ao à é está estão são seu sua meu minha que muito desenho imagem favor",
  ja: "は が の を に へ で な も や から まで ある いる です ます だ ている ています ました している あります います った の絵 の写真",
};

/** The English words of all tables. */
export const englishOfTables = (): string[] =>
  [things, describing, interfaceThings, interfaceActions].flatMap((lines) =>
    cellsOf(lines).flatMap(([english]) => english!.split(" ")),
  );

/** The cells of each line of a table. */
const cellsOf = (lines: string): string[][] =>
  lines
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));

/** Everyday words of a language, before the names of emoji are added. */
export function everydayWords(id: LanguageId): Map<string, Meaning[]> {
  const found = new Map<string, Meaning[]>();
  const take = (word: string, meaning: Meaning): void => {
    const key = foldWords(word);
    const before = found.get(key) ?? [];
    if (key !== "" && !before.some(({ kind }) => kind === meaning.kind)) found.set(key, [...before, meaning]);
  };
  const column = languageIds.indexOf(id) + 1;
  const rows = [
    ["thing", things],
    ["describing", describing],
    ["joining", joining],
    ["thing", interfaceThings],
    ["describing", interfaceActions],
  ] as const;
  for (const [kind, lines] of rows)
    for (const cells of cellsOf(lines)) {
      for (const word of cells[column]!.split(",")) take(word, { kind, english: cells[0]! });
    }
  for (const word of fillers[id].split(" ")) take(word, { kind: "filler", english: "" });
  return found;
}
