/** Everyday words in Japanese, in the form of everyday-words.ts. */
export const ja = {
  things: `
airplane | 飛行機
apple | りんご
arrow | 矢印
baby | 赤ちゃん
bag | かばん, 鞄, バッグ
ball | ボール
balloon | 風船
bank | 銀行
basket | かご, バスケット
beach | 海岸, 浜, ビーチ
bear | 熊, クマ
bed | ベッド
beer | ビール
bee | 蜂, ハチ
bell | 鐘, ベル
bicycle | 自転車
bird | 鳥
boat | 船, ボート
book | 本
bottle | 瓶, ボトル
box | 箱
boy | 男の子, 少年
bread | パン
bridge | 橋
building | 建物, ビル
bus | バス
butterfly | 蝶, チョウ, ちょうちょ
cake | ケーキ
camera | カメラ
candle | ろうそく
car | 車, 自動車
card | カード
cart | カート
cat | 猫, ネコ
chair | 椅子
cheese | チーズ
child | 子供, 子ども
church | 教会
city | 街, 都市
clock | 時計
clothes | 服
cloud | 雲
coat | コート
coin | 硬貨, コイン
computer | コンピューター, パソコン
cow | 牛
cup | カップ
cup of coffee | コーヒー
dog | 犬, イヌ
door | 扉, ドア
dot | 点, ドット
dress | ドレス
egg | 卵
envelope | 封筒
eye | 目
face | 顔
family | 家族
father | 父, お父さん
field | 畑
fire | 火
fish | 魚
flag | 旗
flower | 花
forest | 森
frog | カエル, 蛙
garden | 庭
gift | プレゼント, 贈り物
girl | 女の子, 少女
glass | グラス
glasses | 眼鏡, メガネ
grass | 草
hand | 手
hat | 帽子
heart | ハート, 心臓
hill | 丘
horse | 馬
house | 家
ice cream | アイスクリーム
key | 鍵
king | 王, 王様
knife | ナイフ
lake | 湖
lamp | ランプ
leaf | 葉
letter | 手紙
light bulb | 電球
light | 光, 明かり
lion | ライオン
lock | 錠
magnifying glass | 虫眼鏡
man | 男, 男性
map | 地図
milk | 牛乳, ミルク
money | お金
moon | 月
mother | 母, お母さん
mountain | 山
mouse | ネズミ, マウス
mushroom | きのこ, キノコ
music | 音楽
night | 夜
orange | オレンジ
paper | 紙
park | 公園
pear | 梨
pencil | 鉛筆
phone | 電話
pig | 豚
plane | ひこうき
plant | 植物
plate | 皿
queen | 女王
rabbit | うさぎ, ウサギ
rain | 雨
ring | 指輪
river | 川
road | 道, 道路
rocket | ロケット
roof | 屋根
room | 部屋
rose | 薔薇, バラ
school | 学校
sea | 海
sheep | 羊
ship | 船舶
shirt | シャツ
shoe | 靴
shop | 店
sky | 空
snail | カタツムリ
snake | 蛇, ヘビ
snow | 雪
sofa | ソファー, ソファ
soup | スープ
spoon | スプーン
star | 星
stone | 石
strawberry | いちご, イチゴ
sun | 太陽
table | テーブル, 机
tea | お茶, 紅茶
teacher | 先生
teapot | 急須
tent | テント
tiger | 虎, トラ
tooth | 歯
train | 電車, 列車
tree | 木
truck | トラック
turtle | 亀, カメ
umbrella | 傘
wall | 壁
watch | 腕時計
water | 水
wave | 波
wheel | 車輪
whale | 鯨, クジラ
wind | 風
window | 窓
wine | ワイン
wolf | 狼
woman | 女, 女性
`,
  describing: `
black | 黒い, 黒, 黒色
white | 白い, 白, 白色
grey | 灰色, グレー
red | 赤い, 赤, 赤色
orange | オレンジ色, 橙色
yellow | 黄色い, 黄色
green | 緑, 緑色
teal | 青緑, 青緑色
blue | 青い, 青, 青色, 水色
purple | 紫, 紫色
pink | ピンク, ピンク色, 桃色
brown | 茶色い, 茶色
golden | 金色
light | 明るい
dark | 暗い
big | 大きい, 大きな
small | 小さい, 小さな
happy | 嬉しい, 幸せな
sad | 悲しい
angry | 怒った
smiling | 笑っている, 笑う
sleeping | 眠っている, 寝ている
old | 古い
new | 新しい
round | 丸い
hot | 熱い, 暑い
cold | 冷たい, 寒い
open | 開いた
broken | 壊れた
beautiful | 美しい, きれいな
two | 二つの, 二匹の, 二人の
three | 三つの, 三匹の, 三人の
`,
  joining: `
on | の上に, の上の
in | の中に, の中の
at | のそばに
under | の下に, の下の
behind | の後ろに, の後ろの
in front of | の前に, の前の
next to | の隣に, の隣の
between | の間に
with | と一緒に, と一緒の, のある, のついた, の付いた, 付きの
without | のない
and | と, そして
of |
for | のため
`,
  fillers:
    "は が の を に へ で な も や から まで ある いる です ます だ ている ています ました している あります います った の絵 の写真",
};
