/** Words of interfaces in French, in the form of everyday-words.ts. */
export const fr = {
  things: `
account | compte
address | adresse
alarm | alarme
alarm clock | réveil
attachment | pièce jointe
backup | sauvegarde
bank statement | relevé de compte, relevé bancaire
battery | batterie, pile
bookmark | marque-page, signet
brightness | luminosité
browser | navigateur
bug | bogue
calculator | calculatrice
calendar | calendrier
chart | graphique, diagramme
checklist | liste de contrôle, liste de tâches
clipboard | presse-papiers
code | code source
comment | commentaire
contract | contrat
credit card | carte de crédit, carte bancaire
database | base de données
delivery | livraison
device | appareil
direct debit | prélèvement, prélèvement automatique
discount | remise, réduction
document | document
download | télécharger, téléchargement
email | courriel, e-mail
employee | employé, employée
error | erreur
favorite | favori, favoris
file | fichier
filter | filtre
fingerprint | empreinte digitale
folder | dossier
headphones | casque audio, écouteurs
help | aide
home | accueil, page d'accueil
information | information, renseignement
invoice | facture
keyboard | clavier
language | langage, langue
link | lien
loan | prêt bancaire, emprunt
location | emplacement, localisation
lock | cadenas, serrure
magnifying glass | loupe
map | carte géographique
meeting | réunion
menu | menu
message | message
microphone | microphone, micro
money | argent
network | réseau
notification | notification
package | colis, paquet
password | mot de passe
payment | paiement
percent | pour cent, pourcentage
photo | photo, photographie
pin | épingle, punaise
prescription | ordonnance
price | prix
printer | imprimante
profile | profil
question | question
receipt | reçu, ticket de caisse
salary | salaire, fiche de paie
savings | épargne
screen | écran
search | recherche, chercher, rechercher
security | sécurité
server | serveur
settings | paramètre, paramètres, réglage, réglages
shield | bouclier
sign | panneau
shopping bag | sac de courses
shopping cart | chariot, panier d'achat
sound | bruit
standing order | virement permanent
subscription | abonnement
tax | impôt, taxe
team | équipe
ticket | billet, ticket
time | temps, heure
tool | outil
trash | corbeille, poubelle
user | utilisateur, utilisatrice
video | vidéo
volume | volume
wallet | portefeuille, porte-monnaie
warning | avertissement
website | site web
wifi | wi-fi
circle | cercle
square | carré
triangle | triangle
sugar | sucre
drone | drone, drones
badge | badge
QR code | code QR, QR code
directions | itinéraire
history | historique
chat | discussion, conversation
dashboard | tableau de bord
reminder | rappel
appointment | rendez-vous
order | commande
product | produit
customer | client, cliente
statistics | statistique, statistiques
report | rapport
project | projet
task | tâche
list | liste
category | catégorie
coupon | bon de réduction, coupon
refund | remboursement
bank transfer | virement
insurance | assurance
medicine | médicament
flight | vol
luggage | bagage, bagages
contact | contact
dark mode | mode sombre
`,
  actions: `
add | ajouter
cancel | annuler
check | vérifier, vérifié, vérifiée
close | fermer
closed | fermé, fermée
copy | copier
cut | couper
delete | supprimer, effacer, supprimé, supprimée
edit | modifier, éditer
empty | vide
export | exporter
fast | rapide
forbidden | interdit, interdite
full | plein, pleine
hide | masquer, cacher
import | importer
locked | verrouillé, verrouillée
blocked | bloqué, bloquée
log in | se connecter
log out | se déconnecter
muted | muet, muette, en sourdine
no | pas de, pas d, aucun, aucune
off | désactivé, désactivée, éteint
paid | payé, payée
paste | coller
play | lire la vidéo, jouer
print | imprimer
refresh | actualiser, rafraîchir
reply | répondre
save | enregistrer, sauvegarder
send | envoyer
share | partager
show | afficher
slow | lent, lente
sort | trier
undo | défaire
upload | téléverser, mettre en ligne
unlock | déverrouiller, débloquer
change | modifier, changer
scan | scanner, numériser
call | appeler
block | bloquer
invite | inviter
buy | acheter
pay | payer
accept | accepter
reject | refuser, rejeter
start | démarrer, commencer
stop | arrêter
pause | mettre en pause
create | créer
view | voir, consulter
restore | restaurer
archive | archiver
move | déplacer
rename | renommer
connect | connecter
zoom in | agrandir, zoomer
zoom out | réduire, dézoomer
`,
};
