/**
 * Words of interfaces in German, French, Spanish, Portuguese and Japanese: what menus and buttons say, which names of emoji lack or call
 * otherwise. Written for Tau, in the form of everyday-words.ts.
 */

export const interfaceThings = `
account | Konto | compte | cuenta | conta | アカウント
address | Adresse, Anschrift | adresse | dirección | endereço | 住所, アドレス
alarm | Alarm | alarme | alarma | alarme | アラーム, 警報
alarm clock | Wecker | réveil | despertador | despertador | 目覚まし時計
attachment | Anhang | pièce jointe | adjunto, archivo adjunto | anexo | 添付, 添付ファイル
backup | Datensicherung | sauvegarde | copia de seguridad, respaldo | cópia de segurança | バックアップ
battery | Batterie, Akku | batterie, pile | batería, pila | bateria, pilha | 電池, バッテリー
bookmark | Lesezeichen | marque-page, signet | marcador | marcador, favorito | しおり, ブックマーク
brightness | Helligkeit | luminosité | brillo | brilho | 明るさ
browser | Browser | navigateur | navegador | navegador | ブラウザ, ブラウザー
bug | Fehler im Programm, Wanze | bogue | error de software | erro de software | バグ
calculator | Taschenrechner | calculatrice | calculadora | calculadora | 電卓
calendar | Kalender | calendrier | calendario | calendário | カレンダー, 予定表
chart | Diagramm, Grafik | graphique, diagramme | gráfico, diagrama | gráfico, diagrama | グラフ, チャート
checklist | Checkliste, Aufgabenliste | liste de contrôle, liste de tâches | lista de verificación, lista de tareas | lista de tarefas, lista de verificação | チェックリスト
clipboard | Zwischenablage, Klemmbrett | presse-papiers | portapapeles | área de transferência, prancheta | クリップボード
code | Quelltext, Programmcode | code source | código | código | コード
comment | Kommentar | commentaire | comentario | comentário | コメント
contract | Vertrag | contrat | contrato | contrato | 契約, 契約書
credit card | Kreditkarte | carte de crédit, carte bancaire | tarjeta de crédito | cartão de crédito | クレジットカード
database | Datenbank | base de données | base de datos | banco de dados, base de dados | データベース
delivery | Lieferung | livraison | entrega, envío | entrega | 配達, 配送
device | Gerät | appareil | dispositivo | dispositivo | デバイス, 端末
discount | Rabatt | remise, réduction | descuento | desconto | 割引
document | Dokument, Unterlage | document | documento | documento | 文書, 書類
download | Herunterladen, herunterladen | télécharger, téléchargement | descargar, descarga | baixar, transferir, descarregar | ダウンロード
email | E-Mail | courriel, e-mail | correo electrónico, correo | e-mail, correio eletrônico | メール, 電子メール
employee | Mitarbeiter, Mitarbeiterin, Angestellter | employé, employée | empleado, empleada | funcionário, funcionária | 社員, 従業員
error | Fehler | erreur | error | erro | エラー
favorite | Favorit | favori, favoris | favorito | favorito | お気に入り
file | Datei | fichier | archivo, fichero | arquivo, ficheiro | ファイル
filter | Filter | filtre | filtro | filtro | フィルター, 絞り込み
fingerprint | Fingerabdruck | empreinte digitale | huella digital, huella dactilar | impressão digital | 指紋
folder | Ordner | dossier | carpeta | pasta | フォルダ, フォルダー
headphones | Kopfhörer | casque audio, écouteurs | auriculares, cascos | fones de ouvido, fone de ouvido | ヘッドホン
help | Hilfe | aide | ayuda | ajuda | ヘルプ, 助け
home | Startseite, Zuhause | accueil, page d'accueil | inicio, página de inicio | início, página inicial | ホーム
information | Auskunft, Information | information, renseignement | información | informação | 情報
invoice | Rechnung | facture | factura | fatura, nota fiscal | 請求書
keyboard | Tastatur | clavier | teclado | teclado | キーボード
language | Sprache | langage | idioma | idioma | 言語
link | Verknüpfung | lien | enlace, vínculo | hiperligação | リンク
location | Standort, Ort | emplacement, localisation | ubicación, localización | localização | 位置, 現在地
lock | Schloss, Vorhängeschloss | cadenas, serrure | candado, cerradura | cadeado, fechadura | 錠, ロック
magnifying glass | Lupe | loupe | lupa | lupa | 虫眼鏡
map | Landkarte, Stadtplan | carte géographique | mapa | mapa | 地図
meeting | Besprechung, Sitzung | réunion | reunión | reunião | 会議, ミーティング
menu | Menü | menu | menú | menu | メニュー
message | Nachricht | message | mensaje | mensagem | メッセージ
microphone | Mikrofon, Mikrophon | microphone, micro | micrófono | microfone | マイク
money | Geld | argent | dinero | dinheiro | お金
network | Netzwerk | réseau | red informática, red de datos | rede | ネットワーク
notification | Benachrichtigung, Mitteilung | notification | notificación | notificação | 通知
package | Paket | colis, paquet | paquete | pacote | 荷物, 小包
password | Passwort, Kennwort | mot de passe | contraseña | senha, palavra-passe | パスワード
payment | Zahlung, Bezahlung | paiement | pago | pagamento | 支払い, 決済
percent | Prozent | pour cent, pourcentage | porcentaje, por ciento | por cento, porcentagem | パーセント
photo | Foto, Lichtbild | photo, photographie | foto, fotografía | foto, fotografia | 写真
pin | Stecknadel, Reißzwecke | épingle, punaise | chincheta, alfiler | alfinete | ピン
price | Preis | prix | precio | preço | 値段, 価格
printer | Drucker | imprimante | impresora | impressora | プリンター, 印刷機
profile | Profil | profil | perfil | perfil | プロフィール
question | Frage | question | pregunta | pergunta | 質問
receipt | Quittung, Kassenbon, Beleg | reçu, ticket de caisse | recibo | recibo | 領収書, レシート
screen | Bildschirm | écran | pantalla | tela, ecrã | 画面
search | Suche, suchen | recherche, chercher, rechercher | búsqueda, buscar | busca, pesquisa, buscar | 検索
security | Sicherheit | sécurité | seguridad | segurança | 安全, セキュリティ
server | Rechenzentrum, Server | serveur | servidor | servidor | サーバー
settings | Einstellung, Einstellungen | paramètre, paramètres, réglage, réglages | ajustes, configuración | configurações, configuração, definições | 設定
shield | Schutzschild | bouclier | escudo | escudo | 盾
sign | Schild | panneau | letrero, cartel | placa | 看板
shopping bag | Einkaufstasche, Einkaufstüte | sac de courses | bolsa de la compra | sacola de compras | 買い物袋
shopping cart | Einkaufswagen, Warenkorb | chariot, panier d'achat | carrito de compras, carrito de la compra | carrinho de compras | ショッピングカート
sound | Ton, Klang | bruit | sonido | som | 音
subscription | Abonnement, Abo | abonnement | suscripción | assinatura | 定期購読
tax | Steuer | impôt, taxe | impuesto | imposto | 税金
team | Mannschaft, Team | équipe | equipo | equipe, time | チーム
ticket | Eintrittskarte, Fahrkarte | billet, ticket | boleto | bilhete, ingresso | 切符, チケット
time | Zeit | temps, heure | tiempo, hora | tempo, hora | 時間
tool | Werkzeug | outil | herramienta | ferramenta | 道具, ツール
trash | Papierkorb, Müll, Mülleimer | corbeille, poubelle | papelera, basura | lixeira, lixo | ゴミ箱, ごみ箱
user | Benutzer, Benutzerin, Nutzer, Nutzerin | utilisateur, utilisatrice | usuario, usuaria | usuário, usuária, utilizador | ユーザー, 利用者
video | Video | vidéo | vídeo, video | vídeo | 動画, ビデオ
volume | Lautstärke | volume | volumen | volume | 音量
wallet | Geldbörse, Brieftasche, Geldbeutel | portefeuille, porte-monnaie | cartera, billetera, monedero | carteira | 財布
warning | Warnung | avertissement | advertencia, aviso | aviso, advertência | 警告
website | Webseite, Internetseite | site web | sitio web, página web | site, página da web | ウェブサイト
wifi | WLAN | wi-fi | wifi, wi-fi | wi-fi | 無線LAN, Wi-Fi
circle | Kreis | cercle | círculo | círculo | 円, 丸
square | Quadrat | carré | cuadrado | quadrado | 四角, 正方形
triangle | Dreieck | triangle | triángulo | triângulo | 三角, 三角形
sugar | Zucker | sucre | azúcar | açúcar | 砂糖
drone | Drohne, Drohnen | drone, drones | dron, drones | drone, drones | ドローン
badge | Abzeichen | badge | insignia | distintivo | バッジ
`;

/** What buttons do, and states. */
export const interfaceActions = `
add | hinzufügen | ajouter | añadir, agregar | adicionar | 追加
cancel | abbrechen | annuler | cancelar | cancelar | キャンセル, 取り消し
check | prüfen, geprüft, Häkchen | vérifier, vérifié, vérifiée | comprobar, verificar, verificado | verificar, verificado | 確認
close | schließen | fermer | cerrar | fechar | 閉じる
closed | geschlossen, geschlossene, geschlossener | fermé, fermée | cerrado, cerrada | fechado, fechada | 閉じた
copy | kopieren | copier | copiar | copiar | コピー
cut | ausschneiden | couper | cortar | cortar, recortar | 切り取り
delete | löschen, entfernen, gelöscht | supprimer, effacer, supprimé, supprimée | eliminar, borrar, suprimir, eliminado, eliminada | excluir, eliminar, remover | 削除
edit | bearbeiten | modifier, éditer | editar, modificar | editar | 編集
empty | leer | vide | vacío, vacía | vazio, vazia | 空っぽの
export | exportieren | exporter | exportar | exportar | エクスポート, 書き出し
fast | schnell | rapide | rápido, rápida | rápido, rápida | 速い
forbidden | verboten | interdit, interdite | prohibido, prohibida | proibido, proibida | 禁止
full | voll | plein, pleine | lleno, llena | cheio, cheia | 満タン
hide | ausblenden, verbergen | masquer, cacher | ocultar, esconder | ocultar, esconder | 非表示
import | importieren | importer | importar | importar | インポート, 読み込み
locked | gesperrt, verriegelt | verrouillé, verrouillée | cerrado con llave | trancado, trancada | ロック中
blocked | blockiert | bloqué, bloquée | bloqueado, bloqueada | bloqueado, bloqueada | ブロック中
log in | anmelden, einloggen | se connecter | iniciar sesión | entrar na conta, fazer login | ログイン
log out | abmelden, ausloggen | se déconnecter | cerrar sesión | sair da conta, encerrar sessão | ログアウト
muted | stumm, stummgeschaltet | muet, muette, en sourdine | silenciado, silenciada | mudo, silenciado, sem som | 消音, ミュート
no | kein, keine, keinen, keiner, nicht | pas de, pas d, aucun, aucune | ningún, ninguna | nenhum, nenhuma | なし
off | aus, ausgeschaltet, deaktiviert | désactivé, désactivée, éteint | apagado, apagada, desactivado, desactivada | desligado, desligada, desativado, desativada | オフ
paid | bezahlt | payé, payée | pagado, pagada | pago, paga | 支払い済み
paste | einfügen | coller | pegar | colar | 貼り付け
play | abspielen | lire la vidéo, jouer | reproducir | reproduzir, tocar | 再生
print | drucken | imprimer | imprimir | imprimir | 印刷
refresh | aktualisieren, neu laden | actualiser, rafraîchir | actualizar, recargar | atualizar, recarregar | 更新
reply | antworten | répondre | responder | responder | 返信
save | speichern, sichern | enregistrer, sauvegarder | guardar | salvar, guardar | 保存
send | senden, schicken | envoyer | enviar | enviar | 送信
share | teilen | partager | compartir | compartilhar, partilhar | 共有
show | anzeigen, einblenden | afficher | mostrar | mostrar, exibir | 表示
slow | langsam | lent, lente | lento, lenta | lento, lenta | 遅い
sort | sortieren | trier | ordenar | ordenar, classificar | 並べ替え
undo | rückgängig, rückgängig machen | défaire | deshacer | desfazer | 元に戻す
upload | hochladen | téléverser, mettre en ligne | subir archivo | enviar arquivo, carregar arquivo | アップロード
`;
