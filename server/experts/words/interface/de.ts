/** Words of interfaces in German, in the form of everyday-words.ts. */
export const de = {
  things: `
account | Konto
address | Adresse, Anschrift
alarm | Alarm
alarm clock | Wecker
attachment | Anhang
backup | Datensicherung
bank statement | Kontoauszug
battery | Batterie, Akku
bookmark | Lesezeichen
brightness | Helligkeit
browser | Browser
bug | Fehler im Programm, Wanze
calculator | Taschenrechner
calendar | Kalender
chart | Diagramm, Grafik
checklist | Checkliste, Aufgabenliste
clipboard | Zwischenablage, Klemmbrett
code | Quelltext, Programmcode
comment | Kommentar
contract | Vertrag
credit card | Kreditkarte
database | Datenbank
delivery | Lieferung
device | Gerät
direct debit | Lastschrift
discount | Rabatt
document | Dokument, Unterlage
download | Herunterladen, herunterladen
email | E-Mail
employee | Mitarbeiter, Mitarbeiterin, Angestellter
error | Fehler
favorite | Favorit
file | Datei
filter | Filter
fingerprint | Fingerabdruck
folder | Ordner
headphones | Kopfhörer
help | Hilfe
home | Startseite, Zuhause
information | Auskunft, Information
invoice | Rechnung
keyboard | Tastatur
language | Sprache
link | Verknüpfung
loan | Kredit, Darlehen
location | Standort, Ort
lock | Schloss, Vorhängeschloss
magnifying glass | Lupe
map | Landkarte, Stadtplan
meeting | Besprechung, Sitzung
menu | Menü
message | Nachricht
microphone | Mikrofon, Mikrophon
money | Geld
network | Netzwerk
notification | Benachrichtigung, Mitteilung
package | Paket
password | Passwort, Kennwort
payment | Zahlung, Bezahlung
percent | Prozent
photo | Foto, Lichtbild
pin | Stecknadel, Reißzwecke
prescription | Arztrezept, Verschreibung
price | Preis
printer | Drucker
profile | Profil
question | Frage
receipt | Quittung, Kassenbon, Beleg
salary | Gehalt, Gehaltsabrechnung
savings | Ersparnisse
screen | Bildschirm
search | Suche, suchen
security | Sicherheit
server | Rechenzentrum, Server
settings | Einstellung, Einstellungen
shield | Schutzschild
sign | Schild
shopping bag | Einkaufstasche, Einkaufstüte
shopping cart | Einkaufswagen, Warenkorb
sound | Ton, Klang
standing order | Dauerauftrag
subscription | Abonnement, Abo
tax | Steuer
team | Mannschaft, Team
ticket | Eintrittskarte, Fahrkarte
time | Zeit
tool | Werkzeug
trash | Papierkorb, Müll, Mülleimer
user | Benutzer, Benutzerin, Nutzer, Nutzerin
video | Video
volume | Lautstärke
wallet | Geldbörse, Brieftasche, Geldbeutel
warning | Warnung
website | Webseite, Internetseite
wifi | WLAN
circle | Kreis
square | Quadrat
triangle | Dreieck
sugar | Zucker
drone | Drohne, Drohnen
badge | Abzeichen
QR code | QR-Code
directions | Wegbeschreibung, Route, Anfahrt
history | Verlauf, Chronik
chat | Unterhaltung, Chat
dashboard | Übersicht
reminder | Erinnerung
appointment | Termin
order | Bestellung
product | Produkt, Ware
customer | Kunde, Kundin
statistics | Statistik
report | Bericht
project | Projekt
task | Aufgabe
list | Liste
category | Kategorie
coupon | Gutschein
refund | Rückerstattung, Erstattung
bank transfer | Überweisung
insurance | Versicherung
medicine | Medikament, Arznei
flight | Flug
luggage | Gepäck
contact | Kontakt
dark mode | Dunkelmodus
`,
  actions: `
add | hinzufügen
cancel | abbrechen
check | prüfen, geprüft, Häkchen
close | schließen
closed | geschlossen, geschlossene, geschlossener
copy | kopieren
cut | ausschneiden
delete | löschen, entfernen, gelöscht
edit | bearbeiten
empty | leer
export | exportieren
fast | schnell
forbidden | verboten
full | voll
hide | ausblenden, verbergen
import | importieren
locked | gesperrt, verriegelt
blocked | blockiert
log in | anmelden, einloggen
log out | abmelden, ausloggen
muted | stumm, stummgeschaltet
no | kein, keine, keinen, keiner, nicht
off | aus, ausgeschaltet, deaktiviert
paid | bezahlt
paste | einfügen
play | abspielen
print | drucken
refresh | aktualisieren, neu laden
reply | antworten
save | speichern, sichern
send | senden, schicken
share | teilen
show | anzeigen, einblenden
slow | langsam
sort | sortieren
undo | rückgängig, rückgängig machen
upload | hochladen
unlock | entsperren, aufschließen, freischalten
change | ändern, wechseln
scan | scannen
call | anrufen
block | sperren, blockieren
invite | einladen
buy | kaufen
pay | bezahlen, zahlen
accept | annehmen, akzeptieren
reject | ablehnen
start | starten, beginnen
stop | anhalten, stoppen
pause | pausieren
create | erstellen, anlegen
view | ansehen
restore | wiederherstellen
archive | archivieren
move | verschieben
rename | umbenennen
connect | verbinden
zoom in | vergrößern
zoom out | verkleinern
`,
};
