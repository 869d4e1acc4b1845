/** Words of interfaces in simplified Chinese, in the form of everyday-words.ts. */
export const zh = {
  things: `
account | 账户, 账号, 帐户, 帐号
address | 地址
alarm | 警报, 闹铃
alarm clock | 闹钟
attachment | 附件
backup | 备份
bank statement | 银行对账单, 对账单
battery | 电池, 电量
bookmark | 书签
brightness | 亮度
browser | 浏览器
bug | 程序错误, 漏洞
calculator | 计算器
calendar | 日历, 日程
chart | 图表, 统计图
checklist | 清单, 检查清单, 待办事项
clipboard | 剪贴板
code | 代码
comment | 评论, 注释
contract | 合同
credit card | 信用卡
database | 数据库
delivery | 送货, 配送, 快递
device | 设备, 装置
direct debit | 自动扣款
discount | 折扣, 优惠
document | 文档, 证件, 文件档
download | 下载
email | 邮件, 电子邮件, 邮箱
employee | 员工, 职员
error | 错误, 出错
favorite | 收藏, 收藏夹
file | 文件, 档案
filter | 筛选, 过滤, 过滤器
fingerprint | 指纹
folder | 文件夹, 资料夹
headphones | 耳机
help | 帮助
home | 首页, 主页
information | 信息, 资讯
invoice | 发票, 账单
keyboard | 键盘
language | 语言
link | 链接, 连结
loan | 贷款
location | 位置, 地点, 定位
lock | 锁, 挂锁
magnifying glass | 放大镜
map | 地图
meeting | 会议, 开会
menu | 菜单
message | 消息, 短信, 留言, 讯息
microphone | 麦克风, 话筒
money | 钱
network | 网络, 网路
notification | 通知, 提醒
package | 包裹
password | 密码
payment | 付款, 支付
percent | 百分比, 百分号
photo | 照片, 相片
pin | 图钉, 别针
prescription | 处方
price | 价格
printer | 打印机, 印表机
profile | 个人资料, 简介
question | 问题, 提问
receipt | 收据, 小票
salary | 工资
savings | 储蓄
screen | 屏幕, 萤幕
search | 搜索, 查找, 搜寻
security | 安全
server | 服务器
settings | 设置, 设定
shield | 盾牌, 盾
sign | 招牌, 标牌, 标志
shopping bag | 购物袋
shopping cart | 购物车
sound | 声音
standing order | 定期转账
subscription | 订阅
tax | 税, 税费
team | 团队, 队伍
ticket | 票, 门票, 车票
time | 时间
tool | 工具
trash | 垃圾桶, 垃圾箱, 回收站, 垃圾
user | 用户, 使用者
video | 视频, 影片
volume | 音量
wallet | 钱包
warning | 警告
website | 网站, 网页
wifi | 无线网络, 无线网, 无线
circle | 圆圈, 圆形
square | 正方形, 方形, 方块
triangle | 三角形
sugar | 糖
drone | 无人机
badge | 徽章
QR code | 二维码, 扫码
directions | 路线, 导航
history | 历史记录, 历史
chat | 聊天, 对话
dashboard | 仪表板, 仪表盘
reminder | 提醒事项
appointment | 预约, 约会时间
order | 订单
product | 产品, 商品
customer | 客户, 顾客
statistics | 统计, 数据统计
report | 报告, 报表
project | 项目
task | 任务
list | 列表
category | 分类, 类别
coupon | 优惠券
refund | 退款
bank transfer | 转账
insurance | 保险
medicine | 药, 药品
flight | 航班
luggage | 行李
contact | 联系人, 联络人
dark mode | 深色模式, 夜间模式
`,
  actions: `
add | 添加, 新增, 增加
cancel | 取消
check | 检查, 勾选, 验证, 确认, 确定
close | 关闭
closed | 已关闭, 关着
copy | 复制, 拷贝
cut | 剪切
delete | 删除, 移除, 清除, 已删除
edit | 编辑, 修改
empty | 空, 空的, 空白
export | 导出
fast | 快, 快速, 快速的
forbidden | 禁止
full | 满, 已满
hide | 隐藏
import | 导入
locked | 已锁定, 锁定, 上锁
blocked | 屏蔽, 已屏蔽, 拉黑
log in | 登录, 登陆, 登入
log out | 退出登录, 登出, 注销
muted | 静音
no | 无, 不, 没, 禁用
off | 关, 关掉, 停用
paid | 已付款, 已支付
paste | 粘贴
play | 播放
print | 打印, 列印
refresh | 刷新, 更新
reply | 回复
save | 保存, 储存
send | 发送
share | 分享, 共享
show | 显示, 查看
slow | 慢, 缓慢
sort | 排序
undo | 撤销, 撤消
upload | 上传
unlock | 解锁
change | 更改, 修改, 更换
scan | 扫描
call | 拨打, 呼叫
block | 屏蔽, 拉黑
invite | 邀请
buy | 购买
pay | 支付
accept | 接受
reject | 拒绝
start | 开始, 启动
stop | 停止
pause | 暂停
create | 创建, 新建
view | 查看
restore | 恢复, 还原
archive | 归档, 存档
move | 移动
rename | 重命名
connect | 连接
zoom in | 放大
zoom out | 缩小
`,
};
