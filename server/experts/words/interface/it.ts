/** Words of interfaces in Italian, in the form of everyday-words.ts. */
export const it = {
  things: `
account | account, profilo utente
address | indirizzo
alarm | allarme
alarm clock | sveglia
attachment | allegato
backup | copia di backup, salvataggio di sicurezza
bank statement | estratto conto
battery | batteria, pila
bookmark | segnalibro
brightness | luminosità
browser | browser
bug | errore del programma, errore di programmazione
calculator | calcolatrice
calendar | calendario
chart | grafico, diagramma
checklist | lista di controllo, elenco attività, lista delle attività
clipboard | appunti, blocco appunti
code | codice, codice sorgente
comment | commento
contract | contratto
credit card | carta di credito
database | base di dati, banca dati
delivery | consegna, spedizione
device | dispositivo
direct debit | addebito diretto
discount | sconto
document | documento
download | scarica, scaricare
email | e-mail, posta elettronica, posta
employee | dipendente, impiegato, impiegata
error | errore
favorite | preferito, preferiti
file | file, archivio
filter | filtro, filtra
fingerprint | impronta digitale, impronta
folder | cartella
headphones | cuffie, auricolari
help | aiuto, guida
home | pagina iniziale, schermata iniziale, pagina principale
information | informazione, informazioni
invoice | fattura
keyboard | tastiera
language | lingua
link | collegamento
loan | prestito
location | posizione, luogo, località
lock | lucchetto, serratura
magnifying glass | lente d'ingrandimento
map | mappa
meeting | riunione
menu | menù
message | messaggio
microphone | microfono
money | denaro
network | rete
notification | notifica
package | pacco, pacchetto
password | password, parola d'ordine
payment | pagamento
percent | percento, per cento, percentuale
photo | foto, fotografia
pin | puntina, spillo
prescription | ricetta medica
price | prezzo
printer | stampante
profile | profilo
question | domanda
receipt | ricevuta, scontrino
salary | stipendio, busta paga
savings | risparmi
screen | schermo
search | ricerca, cerca, cercare
security | sicurezza
server | server
settings | impostazione, impostazioni, configurazione
shield | scudo
sign | cartello, insegna
shopping bag | borsa della spesa, sacchetto della spesa
shopping cart | carrello della spesa, carrello acquisti
sound | suono
standing order | bonifico ricorrente, ordine permanente
subscription | abbonamento
tax | tassa, imposta
team | squadra, team
ticket | biglietto
time | tempo, ora
tool | strumento, attrezzo, utensile
trash | cestino, spazzatura, pattumiera
user | utente
video | video, filmato
volume | volume
wallet | portafoglio, portafogli, portamonete
warning | avviso, avvertenza, avvertimento
website | sito web, pagina web, sito
wifi | wi-fi
circle | cerchio
square | quadrato
triangle | triangolo
sugar | zucchero
drone | drone, droni
badge | distintivo
QR code | codice QR
directions | indicazioni stradali, percorso
history | cronologia
chat | conversazione
dashboard | cruscotto, pannello di controllo
reminder | promemoria
appointment | appuntamento
order | ordine, ordinazione
product | prodotto
customer | cliente
statistics | statistica, statistiche
report | rapporto, resoconto
project | progetto
task | attività, compito
list | lista, elenco
category | categoria
coupon | buono sconto, buono
refund | rimborso
bank transfer | bonifico
insurance | assicurazione
medicine | medicina, medicinale
flight | volo
luggage | bagaglio
contact | contatto
dark mode | modalità scura
`,
  actions: `
add | aggiungi, aggiungere
cancel | annulla, annullare
check | verifica, verificare, controlla, controllare, verificato, verificata, spunta
close | chiudi, chiudere
closed | chiuso, chiusa
copy | copia, copiare
cut | taglia, tagliare
delete | elimina, eliminare, cancella, cancellare, rimuovi, rimuovere, eliminato, eliminata
edit | modifica, modificare
empty | vuoto, vuota
export | esporta, esportare
fast | veloce, rapido, rapida
forbidden | vietato, vietata, proibito, proibita
full | pieno, piena
hide | nascondi, nascondere
import | importa, importare
locked | chiuso a chiave, chiusa a chiave
blocked | bloccato, bloccata
log in | accedi, accedere
log out | esci, disconnetti, disconnettersi
muted | muto, silenziato, silenziata, senza audio
no | nessun, nessuno, nessuna, non
off | spento, spenta, disattivato, disattivata
paid | pagato, pagata
paste | incolla, incollare
play | riproduci, riprodurre
print | stampa, stampare
refresh | aggiorna, aggiornare, ricarica, ricaricare
reply | rispondi, rispondere
save | salva, salvare
send | invia, inviare, spedisci
share | condividi, condividere
show | mostra, mostrare, visualizza
slow | lento, lenta
sort | ordina, ordinare
undo | annulla operazione, annulla azione, disfare
upload | carica, caricare
unlock | sbloccare, sblocca
change | modificare, cambiare, cambia
scan | scansionare, scansiona
call | chiamare, chiama
block | bloccare, blocca
invite | invitare, invita
buy | comprare, acquistare, acquista
pay | pagare, paga
accept | accettare, accetta
reject | rifiutare, rifiuta
start | avviare, avvia, iniziare
stop | fermare, ferma
pause | mettere in pausa
create | creare, crea
view | visualizza, visualizzare
restore | ripristinare, ripristina
archive | archiviare, archivia
move | spostare, sposta
rename | rinominare, rinomina
connect | collegare, collega, connettere
zoom in | ingrandire, ingrandisci
zoom out | rimpicciolire
`,
};
