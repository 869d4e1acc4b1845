/** Everyday words in simplified Chinese, in the form of everyday-words.ts. */
export const zh = {
  things: `
airplane | 飞机
apple | 苹果
arrow | 箭头, 箭
baby | 婴儿, 宝宝, 宝贝
bag | 包, 袋子, 书包, 手提包
ball | 球, 皮球
balloon | 气球
bank | 银行
basket | 篮子, 篮
beach | 海滩, 沙滩
bear | 熊
bed | 床
beer | 啤酒
bee | 蜜蜂
bell | 铃铛, 铃, 门铃
bicycle | 自行车, 单车, 脚踏车
bird | 鸟, 小鸟
boat | 船, 小船
book | 书, 书本, 图书
bottle | 瓶子, 瓶
box | 盒子, 箱子, 盒, 箱
boy | 男孩
bread | 面包
bridge | 桥, 大桥
building | 建筑, 大楼, 楼房
bus | 公交车, 公共汽车, 巴士
butterfly | 蝴蝶
cake | 蛋糕
camera | 相机, 照相机, 摄像头
candle | 蜡烛
car | 汽车, 车, 轿车, 小汽车
card | 卡片, 卡
cart | 推车, 手推车
cat | 猫, 猫咪, 小猫
chair | 椅子
cheese | 奶酪, 芝士
child | 孩子, 儿童, 小孩
church | 教堂
city | 城市
clock | 时钟, 钟, 钟表
clothes | 衣服, 服装
cloud | 云, 云朵, 云端
coat | 外套, 大衣
coin | 硬币, 金币
computer | 电脑, 计算机
cow | 牛, 奶牛
cup | 杯子, 杯
cup of coffee | 咖啡, 一杯咖啡
dog | 狗, 小狗
door | 门
dot | 点, 圆点, 小点
dress | 连衣裙, 裙子
egg | 鸡蛋, 蛋
envelope | 信封
eye | 眼睛, 眼
face | 脸, 面孔
family | 家庭, 家人
father | 父亲, 爸爸
field | 田野, 田地
fire | 火, 火焰
fish | 鱼
flag | 旗帜, 旗子, 国旗, 旗
flower | 花, 花朵, 鲜花
forest | 森林, 树林
frog | 青蛙
garden | 花园
gift | 礼物, 礼品
girl | 女孩
glass | 玻璃杯
glasses | 眼镜
grass | 草, 草地
hand | 手
hat | 帽子
heart | 心, 心形, 爱心, 心脏
hill | 小山, 山丘
horse | 马
house | 房子, 房屋, 家
ice cream | 冰淇淋, 雪糕
key | 钥匙, 密钥
king | 国王
knife | 刀, 刀子
lake | 湖, 湖泊
lamp | 灯, 台灯
leaf | 叶子, 树叶
letter | 信, 信件
light bulb | 灯泡
light | 光, 灯光, 光线
lion | 狮子
lock | 锁, 挂锁
magnifying glass | 放大镜
man | 男人, 男士, 男性
map | 地图
milk | 牛奶
money | 钱, 金钱
moon | 月亮, 月球
mother | 母亲, 妈妈
mountain | 山, 高山, 大山
mouse | 老鼠, 鼠标, 滑鼠
mushroom | 蘑菇
music | 音乐
night | 夜晚, 夜, 夜间
orange | 橙子, 橘子
paper | 纸, 纸张
park | 公园
pear | 梨, 梨子
pencil | 铅笔
phone | 电话, 手机
pig | 猪
plane | 客机
plant | 植物
plate | 盘子, 碟子
queen | 女王, 王后
rabbit | 兔子
rain | 雨, 下雨
ring | 戒指
river | 河, 河流, 江
road | 路, 道路, 公路, 马路, 街道
rocket | 火箭
roof | 屋顶
room | 房间
rose | 玫瑰, 玫瑰花
school | 学校
sea | 海, 大海, 海洋
sheep | 羊, 绵羊
ship | 轮船, 大船
shirt | 衬衫
shoe | 鞋子, 鞋
shop | 商店, 店铺
sky | 天空
snail | 蜗牛
snake | 蛇
snow | 雪
sofa | 沙发
soup | 汤
spoon | 勺子
star | 星星, 星, 星形
stone | 石头
strawberry | 草莓
sun | 太阳
table | 桌子, 桌
tea | 茶
teacher | 老师, 教师
teapot | 茶壶
tent | 帐篷
tiger | 老虎
tooth | 牙齿, 牙
train | 火车, 列车
tree | 树, 树木, 大树
truck | 卡车, 货车
turtle | 乌龟, 海龟
umbrella | 雨伞, 伞
wall | 墙, 墙壁
watch | 手表
water | 水
wave | 波浪, 海浪
wheel | 车轮, 轮子, 方向盘
whale | 鲸鱼, 鲸
wind | 风
window | 窗户, 窗, 窗口
wine | 葡萄酒, 红酒
wolf | 狼
woman | 女人, 女士, 女性
`,
  describing: `
black | 黑色, 黑
white | 白色, 白
grey | 灰色, 灰
red | 红色, 红
orange | 橙色, 橘色
yellow | 黄色, 黄
green | 绿色, 绿
teal | 青色, 蓝绿色
blue | 蓝色, 蓝
purple | 紫色, 紫
pink | 粉色, 粉红色, 粉红, 粉
brown | 棕色, 褐色, 棕
golden | 金色, 金色的, 金
light | 浅, 浅色, 明亮
dark | 深, 深色, 暗, 黑暗
big | 大, 巨大, 大型
small | 小, 小型
happy | 快乐, 开心, 高兴, 幸福
sad | 悲伤, 难过, 伤心
angry | 生气, 愤怒
smiling | 微笑, 笑
sleeping | 睡觉, 睡着, 沉睡
old | 旧, 老, 古老
new | 新, 新的, 新建
round | 圆, 圆形的
hot | 热, 热的, 炎热
cold | 冷, 寒冷
open | 打开, 开着, 开启, 敞开
broken | 破碎, 损坏, 坏, 破
beautiful | 美丽, 漂亮
two | 两, 两个, 两只, 两辆, 两张, 两朵, 两棵, 两人, 二
three | 三, 三个, 三只, 三辆, 三张, 三朵, 三棵, 三人
`,
  joining: `
on | 上, 上面, 之上
in | 里, 里面, 中, 内, 之中
at | 附近
under | 下, 下面, 之下, 底下
behind | 后面, 背后
in front of | 前面, 前
next to | 旁边, 旁
between | 之间, 中间
with | 带, 带有, 附有, 有
without | 没有, 不带
and | 和, 与, 及, 以及
of |
for | 用于, 为了
`,
  fillers:
    "的 了 着 在 是 正在 把 被 一 一个 一只 一辆 一张 一条 一朵 一棵 一座 一本 一位 一把 一台 一件 一幅 一间 一艘 一架 一匹 一头 一颗 一杯 一群 个 只 这 那 这个 那个 我 我的 你 你的 他 她 它 请 很 图标 图片 图像 图案 画",
};
