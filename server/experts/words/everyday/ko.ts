/** Everyday words in Korean, in the form of everyday-words.ts. */
export const ko = {
  things: `
airplane | 비행기
apple | 사과
arrow | 화살표, 화살
baby | 아기, 아기의 얼굴
bag | 가방, 봉투 가방
ball | 공
balloon | 풍선
bank | 은행
basket | 바구니
beach | 해변, 바닷가
bear | 곰
bed | 침대
beer | 맥주
bee | 벌, 꿀벌
bell | 종, 벨
bicycle | 자전거
bird | 새
boat | 배, 보트
book | 책
bottle | 병
box | 상자, 박스
boy | 소년, 남자아이, 남자 아이
bread | 빵
bridge | 다리
building | 건물, 빌딩
bus | 버스
butterfly | 나비
cake | 케이크
camera | 카메라, 사진기
candle | 양초, 촛불
car | 자동차, 차
card | 카드
cart | 카트
cat | 고양이
chair | 의자
cheese | 치즈
child | 아이, 어린이
church | 교회
city | 도시
clock | 시계
clothes | 옷, 의류
cloud | 구름
coat | 외투, 코트
coin | 동전, 코인
computer | 컴퓨터
cow | 소, 젖소
cup | 컵, 찻잔, 머그컵
cup of coffee | 커피, 커피 한 잔
dog | 개, 강아지
door | 문
dot | 점, 도트
dress | 드레스, 원피스
egg | 달걀, 계란
envelope | 봉투, 편지 봉투
eye | 눈
face | 얼굴
family | 가족
father | 아버지, 아빠
field | 들판, 밭
fire | 불
fish | 물고기, 생선
flag | 깃발, 국기
flower | 꽃
forest | 숲
frog | 개구리
garden | 정원, 뜰
gift | 선물
girl | 소녀, 여자아이, 여자 아이
glass | 유리잔, 잔
glasses | 안경
grass | 풀, 잔디
hand | 손
hat | 모자
heart | 심장, 하트
hill | 언덕
horse | 말
house | 집, 주택
ice cream | 아이스크림
key | 열쇠, 키
king | 왕, 임금
knife | 칼, 나이프
lake | 호수
lamp | 램프, 전등
leaf | 잎, 나뭇잎
letter | 편지
light bulb | 전구
light | 빛, 조명
lion | 사자
lock | 자물쇠
magnifying glass | 돋보기
man | 남자, 남성
map | 지도
milk | 우유
money | 돈
moon | 달
mother | 어머니, 엄마
mountain | 산
mouse | 쥐, 마우스
mushroom | 버섯
music | 음악
night | 밤
orange | 오렌지
paper | 종이
park | 공원
pear | 서양배
pencil | 연필
phone | 전화, 전화기, 휴대폰, 핸드폰
pig | 돼지
plane | 여객기
plant | 식물
plate | 접시
queen | 여왕
rabbit | 토끼
rain | 비
ring | 반지
river | 강
road | 길, 도로
rocket | 로켓
roof | 지붕
room | 방
rose | 장미
school | 학교
sea | 바다
sheep | 양
ship | 선박
shirt | 셔츠
shoe | 신발, 구두
shop | 가게, 상점, 매장
sky | 하늘
snail | 달팽이
snake | 뱀
snow | 함박눈
sofa | 소파
soup | 수프
spoon | 숟가락
star | 별
stone | 돌
strawberry | 딸기
sun | 태양, 해
table | 탁자, 테이블, 책상, 식탁
tea | 녹차, 홍차
teacher | 선생님, 선생, 교사
teapot | 찻주전자
tent | 텐트
tiger | 호랑이
tooth | 이빨, 치아
train | 기차, 열차
tree | 나무
truck | 트럭
turtle | 거북이, 거북
umbrella | 우산
wall | 벽
watch | 손목시계
water | 물
wave | 파도
wheel | 바퀴, 핸들
whale | 고래
wind | 바람
window | 창문, 창
wine | 와인, 포도주
wolf | 늑대
woman | 여자, 여성
`,
  describing: `
black | 검은, 검정, 검은색, 검정색, 까만
white | 하얀, 흰, 흰색, 하얀색
grey | 회색
red | 빨간, 붉은, 빨강, 빨간색
orange | 주황, 주황색, 오렌지색
yellow | 노란, 노랑, 노란색
green | 초록, 초록색, 녹색, 푸른
teal | 청록, 청록색
blue | 파란, 파랑, 파란색, 하늘색
purple | 보라, 보라색, 자주색
pink | 분홍, 분홍색, 핑크, 핑크색
brown | 갈색
golden | 황금, 금색, 황금색
light | 밝은, 연한
dark | 어두운, 진한, 짙은
big | 큰, 커다란
small | 작은
happy | 행복한, 기쁜, 즐거운
sad | 슬픈
angry | 화난, 화가 난, 성난
smiling | 웃는, 웃고 있는, 미소 짓는
sleeping | 자는, 잠자는, 잠든, 자고 있는
old | 오래된, 낡은, 늙은
new | 새, 새로운
round | 둥근, 동그란
hot | 뜨거운, 더운
cold | 차가운, 추운
open | 열린, 열기
broken | 부서진, 깨진, 고장 난, 고장난
beautiful | 아름다운, 예쁜
two | 두, 둘, 두 개, 두 마리, 두 명
three | 세, 셋, 세 개, 세 마리, 세 명
`,
  joining: `
on | 위에, 위의, 위
in | 안에, 안의, 속에, 속의, 안, 속
at | 근처, 근처에, 근처의
under | 아래, 아래에, 아래의, 밑, 밑에, 밑의
behind | 뒤, 뒤에, 뒤의
in front of | 앞, 앞에, 앞의
next to | 옆, 옆에, 옆의
between | 사이, 사이에, 사이의
with | 있는, 달린, 붙은, 함께, 포함
without | 없는, 없이
and | 그리고, 및
of |
for | 위한, 용
`,
  fillers:
    "한 하나 하나의 이 그 저 내 나의 너의 우리 매우 아주 아이콘 그림 이미지 있다 있습니다 있어요 입니다 이다 있음 마리 명",
};
