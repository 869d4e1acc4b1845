/**
 * Captions of things that no icon shows, by kind. fit-ood-detector.ts measures its miss rate on them. Written for this purpose;
 * none is from a training set.
 */

const lines = (text: string): string[] => text.trim().split("\n");

export const oodCaptions: Readonly<
  Record<"abstract" | "professional" | "gibberish" | "otherLanguages", readonly string[]>
> = {
  abstract: lines(`
the inevitability of regret in later life
whether free will is compatible with determinism
an unspoken agreement between former rivals
the slow erosion of trust within institutions
a lingering sense of having forgotten something important
to what extent language shapes the way we think
nostalgia for a place that never existed
the ethics of keeping a promise made under duress
her reluctance to admit that he had been right
meaning emerges from context rather than definition
the tension between tradition and progress
it would have been better to say nothing at all
an argument that assumes its own conclusion
what remains of identity when memory fades
the paradox of tolerance in open societies
he considered the proposal with quiet scepticism
an ambiguous answer to a badly posed question
the difference between knowing and understanding
a gradual change in public opinion over decades
the subjective experience of the passing of time
honesty without kindness is a form of cruelty
nobody could agree on what had caused the delay
a sincere but ultimately inadequate apology
the limits of empathy towards strangers
every theory is underdetermined by the evidence
how expectations influence perception
an underlying assumption that was never questioned
the virtue of changing one's mind
she realised that the decision had already been made
coincidence mistaken for causation
the burden of inherited obligations
an atmosphere of mutual suspicion
to act as if nothing had happened
the problem of other minds
a preference for certainty over accuracy
the unintended consequences of good intentions
being misunderstood by the people closest to you
the gap between theory and practice
an appeal to common sense
they disagreed about the terms of their disagreement
the difficulty of defining consciousness
an irreversible loss of confidence
in hindsight the outcome seemed obvious
a fair compromise that satisfied no one
the moral luck of the uninformed bystander
silence interpreted as consent
the relativity of historical judgement
a question that answers itself
the persistence of habits after their reasons are gone
something between hope and resignation
`),
  professional: lines(`
consolidated statement of comprehensive income for the fiscal year
the lessee shall indemnify the lessor against all claims
amortisation of intangible assets over their useful lives
patient presents with acute exacerbation of chronic bronchitis
motion to dismiss for lack of subject matter jurisdiction
quarterly earnings before interest, taxes and depreciation
contraindicated in patients with severe renal impairment
the parties agree to binding arbitration under the rules
yield spread between ten year and two year government bonds
differential diagnosis includes pulmonary embolism
notwithstanding any provision to the contrary herein
unrealised losses on available-for-sale securities
administer 500 mg intravenously every eight hours
breach of fiduciary duty and unjust enrichment
deferred tax liabilities arising from temporary differences
histological findings consistent with adenocarcinoma
the undersigned hereby waives all rights of subrogation
collateralised debt obligations and credit default swaps
elevated serum creatinine and reduced glomerular filtration rate
the court granted summary judgment in favour of the defendant
hedging foreign exchange exposure with forward contracts
postoperative course was uneventful and the patient was discharged
pursuant to section 12 of the securities act
weighted average cost of capital and terminal growth rate
randomised double-blind placebo-controlled trial
liquidated damages shall not exceed the contract price
restatement of prior period retained earnings
bilateral pleural effusion with basal atelectasis
the licensor makes no warranty of merchantability
compliance with anti money laundering regulations
non-performing loan ratio of the banking sector
autoimmune thyroiditis treated with levothyroxine
governing law and exclusive jurisdiction of the courts
present value of future cash flows discounted at six percent
informed consent was obtained from all participants
impairment testing of goodwill at reporting date
the plaintiff bears the burden of proof
pharmacokinetics of the drug in hepatic insufficiency
terms and conditions of the shareholder agreement
value added tax refund for cross-border transactions
prognosis depends on staging and resection margins
power of attorney for property and financial affairs
basis points above the interbank offered rate
adverse events were reported in eleven subjects
force majeure clause in the supply agreement
audit opinion with an emphasis of matter paragraph
recurrent episodes of supraventricular tachycardia
transfer pricing documentation for intercompany loans
the testator bequeaths the residue of the estate
pro rata allocation of overhead expenses
`),
  gibberish: lines(`
asdkjh qwoeiru zmxncb
xkcd qqqq zzzz wwww
lorem ipsum dolor sit amet consectetur
blorptang fizzwick the mungled
jfjfjf kdkdkd slslsl
qwertyuiop asdfghjkl
aaaaaaaaaaaaaaaaaaaaaaaa
zxcvbnm zxcvbnm zxcvbnm
vrrgh ptoi nnmx eeuq
hgfdsa poiuyt
snorgle wibbet crantulous
1234 5678 9012 3456
tgb yhn ujm ik ol
floobering glattice umptiously
dsfgsdfg sdfgsdfg
kk kk kk kk kk
erghhh blmmm ffftt
wqe rty uio pas dfg
gnarfle the plimsy brindlewop
xyzzy plugh
bdbdbd pqpqpq
mlkjhgfdsq
0xdeadbeef 0xcafebabe
ooooeeeeuuuu iiiiyyyy
trzx vbnq plkj
yabba dabba grrble
uhwe oiuh wefo iuhw
zorp zorp nleem
fjord bank glyphs vext quiz
sdkfj sldkfj wlekfj
ghghghgh tytytyty
quibblestrom arfenact dulgent
iiiii lllll iiiii
pneumo ultra micro scopic silico
vmoeiru nvcmxz
abc abd abe abf abg
rtrtrt yuyuyu opopop
bzzt krrk shhp
e e e e e e e e
nqpw xlrb tmvc
the the the the the
wurble durble hurble
lkj hgf dsa poi
cwm vext quipu
mnb vcx zlk jhg
huehuehue brbrbr
tlhIngan Hol vIjatlhlaHbe
ajskdl fjghty rueiwo
grfx plmt knbv
splunge frotz gnusto
`),
  otherLanguages: lines(`
ein alter Mann sitzt auf der Bank und wartet
la vida es un viaje sin destino
je ne sais pas ce que tu veux dire
non c'è niente di nuovo sotto il sole
het weer is vandaag niet zo best
vi ses i morgen efter arbejdet
eu gostaria de marcar uma reunião
Я не понимаю, о чём вы говорите
今日は会議が三つあります
这个问题没有简单的答案
오늘은 날씨가 좋지 않아요
هذا القرار لم يكن سهلا
यह निर्णय आसान नहीं था
nie wiem co o tym myśleć
jag har glömt var jag lade den
az idő múlásával minden megváltozik
toplantı yarına ertelendi
cuộc họp bị hoãn đến ngày mai
saya tidak mengerti maksud anda
δεν ξέρω τι εννοείς
en ymmärrä mitä tarkoitat
nevím, co tím myslíš
Die Bundesregierung prüft den Gesetzentwurf
la comisión aprobó el presupuesto anual
les conséquences imprévues de la réforme
il governo ha presentato la proposta
de gevolgen zijn nog niet duidelijk
konsekvenserna är ännu oklara
as consequências ainda não são claras
последствия пока неясны
結果はまだ明らかではない
后果尚不清楚
결과는 아직 분명하지 않다
النتائج ليست واضحة بعد
परिणाम अभी स्पष्ट नहीं हैं
skutki nie są jeszcze jasne
következmények még nem világosak
sonuçlar henüz net değil
hậu quả vẫn chưa rõ ràng
akibatnya belum jelas
οι συνέπειες δεν είναι ακόμη σαφείς
seuraukset eivät ole vielä selviä
důsledky zatím nejsou jasné
Freundschaft ist wichtiger als Erfolg
quien calla otorga según el refrán
il faut que nous parlions de notre avenir
chi va piano va sano e va lontano
מחר תהיה פגישה חשובה
розмова тривала кілька годин
rezultatele nu sunt încă cunoscute
`),
};
