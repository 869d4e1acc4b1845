/** Words of interfaces in Japanese, in the form of everyday-words.ts. */
export const ja = {
  things: `
account | アカウント
address | 住所, アドレス
alarm | アラーム, 警報
alarm clock | 目覚まし時計
attachment | 添付, 添付ファイル
backup | バックアップ
bank statement | 取引明細, 口座明細
battery | 電池, バッテリー
bookmark | しおり, ブックマーク
brightness | 明るさ
browser | ブラウザ, ブラウザー
bug | バグ
calculator | 電卓
calendar | カレンダー, 予定表
chart | グラフ, チャート
checklist | チェックリスト
clipboard | クリップボード
code | コード
comment | コメント
contract | 契約, 契約書
credit card | クレジットカード
database | データベース
delivery | 配達, 配送
device | デバイス, 端末
direct debit | 口座振替
discount | 割引
document | 文書, 書類
download | ダウンロード
email | メール, 電子メール
employee | 社員, 従業員
error | エラー
favorite | お気に入り
file | ファイル
filter | フィルター, 絞り込み
fingerprint | 指紋
folder | フォルダ, フォルダー
headphones | ヘッドホン
help | ヘルプ, 助け
home | ホーム
information | 情報
invoice | 請求書
keyboard | キーボード
language | 言語
link | リンク
loan | ローン
location | 位置, 現在地
lock | 錠, ロック
magnifying glass | 虫眼鏡
map | 地図
meeting | 会議, ミーティング
menu | メニュー
message | メッセージ
microphone | マイク
money | お金
network | ネットワーク
notification | 通知
package | 荷物, 小包
password | パスワード
payment | 支払い, 決済
percent | パーセント
photo | 写真
pin | ピン
prescription | 処方箋
price | 値段, 価格
printer | プリンター, 印刷機
profile | プロフィール
question | 質問
receipt | 領収書, レシート
salary | 給与, 給料
savings | 貯金, 貯蓄
screen | 画面
search | 検索
security | 安全, セキュリティ
server | サーバー
settings | 設定
shield | 盾
sign | 看板
shopping bag | 買い物袋
shopping cart | ショッピングカート
sound | 音
standing order | 定額自動送金
subscription | 定期購読
tax | 税金
team | チーム
ticket | 切符, チケット
time | 時間
tool | 道具, ツール
trash | ゴミ箱, ごみ箱
user | ユーザー, 利用者
video | 動画, ビデオ
volume | 音量
wallet | 財布
warning | 警告
website | ウェブサイト
wifi | 無線LAN, Wi-Fi
circle | 円, 丸
square | 四角, 正方形
triangle | 三角, 三角形
sugar | 砂糖
drone | ドローン
badge | バッジ
QR code | QRコード, 二次元コード
directions | 経路, 道順
history | 履歴
chat | チャット, 会話
dashboard | ダッシュボード
reminder | リマインダー
appointment | 予約
order | 注文
product | 商品, 製品
customer | 顧客, お客様
statistics | 統計
report | レポート, 報告書
project | プロジェクト
task | タスク
list | リスト, 一覧
category | カテゴリ, カテゴリー
coupon | クーポン
refund | 返金
bank transfer | 振込, 送金
insurance | 保険
medicine | 薬
flight | フライト
luggage | 荷物
contact | 連絡先
dark mode | ダークモード
`,
  actions: `
add | 追加
cancel | キャンセル, 取り消し
check | 確認
close | 閉じる
closed | 閉じた
copy | コピー
cut | 切り取り
delete | 削除
edit | 編集
empty | 空っぽの
export | エクスポート, 書き出し
fast | 速い
forbidden | 禁止
full | 満タン
hide | 非表示
import | インポート, 読み込み
locked | ロック中
blocked | ブロック中
log in | ログイン
log out | ログアウト
muted | 消音, ミュート
no | なし
off | オフ
paid | 支払い済み
paste | 貼り付け
play | 再生
print | 印刷
refresh | 更新
reply | 返信
save | 保存
send | 送信
share | 共有
show | 表示
slow | 遅い
sort | 並べ替え
undo | 元に戻す
upload | アップロード
unlock | ロック解除, 解錠
change | 変更
scan | スキャン
call | 電話をかける, 通話
block | ブロック
invite | 招待
buy | 購入
pay | 支払う, 支払い
accept | 承認, 受け入れる
reject | 拒否, 却下
start | 開始
stop | 停止
pause | 一時停止
create | 作成
view | 閲覧
restore | 復元
archive | アーカイブ
move | 移動
rename | 名前の変更
connect | 接続
zoom in | 拡大
zoom out | 縮小
`,
};
