/**
 * What products call their features, in words of what designers draw for them: a "standing order" is a calendar that repeats. Of names like
 * these one odd set has a sign of its own that nobody knows, or none has. Written for Tau. They are read where a caption, or one of its two
 * things, says nothing else. A line is what is said and what it is read as.
 */
export const productWords = `
freeze card | credit card freeze
freeze account | user with snowflake
loan | hand coins
apply for loan | hand coins
loans | hand coins
mortgage | house with dollar sign
savings | piggy bank
savings goal | piggy bank with flag
savings account | piggy bank
direct debit | calendar with dollar sign
standing order | calendar sync
recurring payment | calendar sync
scheduled payment | calendar clock
overdraft | wallet minus
top up | wallet plus
top up wallet | wallet plus
topup | wallet plus
withdraw | wallet with arrow down
withdrawal | wallet with arrow down
round up | coin with arrow up
round ups | coin with arrow up
spare change | coins
split bill | receipt with users
split the bill | receipt with users
split payment | receipt with users
payroll | banknote with user
salary | banknote with user
payday | calendar with dollar sign
statement | document with dollar sign
bank statement | document with dollar sign
account statement | document with dollar sign
account balance | wallet
exchange rate | currency exchange
spending limit | gauge
card limit | gauge
spending | receipt with dollar sign
budget | chart pie with dollar sign
virtual card | credit card with star
payment method | credit card
payment methods | credit card
credit score | gauge
investments | chart line up
investing | chart line up
interest rate | percent
insurance | shield check
insurance card | card with shield
travel insurance | luggage with shield
refer a friend | users with gift
referral bonus | users with gift
accounts | users
joint account | users with dollar sign
statements | document with dollar sign
beneficiary | user check
beneficiaries | user check
spending insights | chart pie
transactions | arrow right left
card pin | credit card with lock
block card | credit card off
lost card | credit card with question mark
account number | hash
sort code | hash
credit limit | gauge
crypto wallet | wallet with bitcoin
stock portfolio | chart candlestick
tax return | tax document
wishlist | heart
returns | package with undo
sale tag | tag with percent
step count | footprints
step counter | footprints
water intake | glass water
diet | salad
glucose | droplet
blood glucose | droplet
blood sugar | droplet
oxygen level | lungs
breathing exercise | lungs
period tracker | calendar with droplet
eye test | eye with check
telehealth | monitor with heart
telemedicine | monitor with heart
one way | arrow right
layover | clock with airplane
check out | log out
hotel room | bed
travel documents | passport
visa | passport with check
ssh key | key with terminal
stack trace | list tree
breakpoint | circle dot
docker | container
kubernetes | ship wheel
continuous integration | infinity
release notes | document with tag
latency | timer
uptime | server with check
rider | motorbike
table booking | fork knife with calendar
book a table | fork knife with calendar
read receipt | checks
read receipts | checks
typing | message dots
level up | chevrons up
quest | scroll
quests | scroll
multiplayer | users
my order | shopping bag
order | shopping bag
orders | shopping bag
order history | shopping bag with clock
order details | shopping bag with info
delivery address | map pin house
shipping address | map pin house
leave at door | door with package
promo code | ticket percent
discount code | ticket percent
voucher code | ticket percent
tip driver | hand coins
leave a tip | hand coins
leave tip | hand coins
add tip | hand coins
give a tip | hand coins
gluten free | wheat off
cuisine | fork knife
nearby | map pin with search
near me | map pin with search
restaurants nearby | fork knife with map pin
group order | shopping bag with users
estimated arrival | clock with map pin
delivery time | truck with clock
doctor visit | stethoscope
health insurance | shield with heart
medical record | clipboard plus
medical records | clipboard plus
health record | clipboard plus
book appointment | calendar plus
lab results | flask with check
test results | flask with check
medication | pill
medication reminder | pill with bell
symptoms | thermometer
side effects | pill with exclamation mark
mental health | brain with heart
referral | user with arrow right
boarding pass | tickets plane
plane ticket | tickets plane
flight ticket | tickets plane
seat selection | airplane seat
choose seat | airplane seat
cancel booking | calendar with close
my bookings | calendar check
bookings | calendar check
travel visa | passport with check
luggage allowance | luggage
baggage allowance | luggage
room service | hand platter
living room | sofa
air quality | wind
energy usage | bolt
energy consumption | bolt
smart plug | plug with wifi
good night | moon
good night scene | moon
lesson | presentation
lessons | presentation
homework | book with pencil
timetable | calendar clock
class schedule | calendar clock
class timetable | calendar clock
flashcard | cards
flashcards | cards
classmates | users
classmate | user
streak | flame
day streak | flame
lecture recording | presentation with video
submit assignment | document with arrow up
hand in homework | document with arrow up
live class | presentation with video
environment variable | variable
environment variables | variable
env vars | variable
api key | key with code
access token | key with code
secrets | key
cron job | calendar clock
scheduled job | calendar clock
build | hammer
build failed | hammer with close
rollback | undo
feature flag | flag with toggle
error log | document with exclamation mark
`;
