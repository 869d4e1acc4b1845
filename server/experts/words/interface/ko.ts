/** Words of interfaces in Korean, in the form of everyday-words.ts. */
export const ko = {
  things: `
account | 계정
address | 주소
alarm | 알람, 경보
alarm clock | 알람 시계, 자명종
attachment | 첨부, 첨부 파일
backup | 백업
bank statement | 거래내역서
battery | 배터리, 건전지
bookmark | 북마크, 책갈피
brightness | 밝기
browser | 브라우저
bug | 버그
calculator | 계산기
calendar | 달력, 캘린더
chart | 차트, 그래프, 도표
checklist | 체크리스트, 점검표, 할 일 목록
clipboard | 클립보드
code | 코드
comment | 댓글, 코멘트
contract | 계약, 계약서
credit card | 신용카드, 신용 카드
database | 데이터베이스
delivery | 배달, 배송
device | 기기, 장치, 디바이스
direct debit | 자동이체
discount | 할인
document | 문서, 서류
download | 다운로드, 내려받기
email | 이메일, 메일, 전자우편
employee | 직원, 사원
error | 오류, 에러
favorite | 즐겨찾기, 즐겨 찾기
file | 파일
filter | 필터
fingerprint | 지문
folder | 폴더
headphones | 헤드폰, 이어폰
help | 도움말, 도움
home | 홈, 홈 화면, 시작 화면
information | 정보
invoice | 청구서, 송장
keyboard | 키보드, 자판
language | 언어
link | 링크
loan | 대출
location | 위치, 장소
lock | 자물쇠, 잠금
magnifying glass | 돋보기
map | 지도
meeting | 회의, 미팅
menu | 메뉴
message | 메시지, 문자
microphone | 마이크
money | 돈
network | 네트워크, 인터넷
notification | 알림
package | 소포, 택배, 패키지
password | 비밀번호, 암호, 패스워드
payment | 결제, 지불
percent | 퍼센트
photo | 사진
pin | 핀, 압정
prescription | 처방전
price | 가격
printer | 프린터, 인쇄기
profile | 프로필
question | 질문, 문의
receipt | 영수증
salary | 급여
savings | 저축
screen | 화면, 스크린
search | 검색, 찾기
security | 보안, 안전
server | 서버
settings | 설정, 환경 설정
shield | 방패
sign | 표지판, 간판
shopping bag | 쇼핑백, 쇼핑 백
shopping cart | 장바구니, 쇼핑 카트, 쇼핑카트
sound | 소리, 사운드
standing order | 정기이체
subscription | 구독
tax | 세금
team | 팀
ticket | 티켓, 표
time | 시간
tool | 도구, 공구
trash | 휴지통, 쓰레기통
user | 사용자, 유저, 이용자
video | 동영상, 비디오, 영상
volume | 음량, 볼륨
wallet | 지갑
warning | 경고
website | 웹사이트, 웹 사이트
wifi | 와이파이, 무선 인터넷
circle | 원, 동그라미
square | 사각형, 정사각형, 네모
triangle | 삼각형, 세모
sugar | 설탕
drone | 드론
badge | 배지, 뱃지
QR code | QR 코드, 큐알코드
directions | 길찾기, 경로
history | 기록, 내역
chat | 채팅, 대화
dashboard | 대시보드
reminder | 알림장, 리마인더
appointment | 예약
order | 주문
product | 상품, 제품
customer | 고객
statistics | 통계
report | 보고서
project | 프로젝트
task | 작업, 할 일
list | 목록
category | 카테고리
coupon | 쿠폰
refund | 환불
bank transfer | 송금, 이체
insurance | 보험
medicine | 약
flight | 항공편
luggage | 수하물
contact | 연락처
dark mode | 다크 모드
`,
  actions: `
add | 추가, 더하기
cancel | 취소
check | 확인, 체크
close | 닫기
closed | 닫힌, 닫힘
copy | 복사
cut | 잘라내기, 오려두기, 자르기
delete | 삭제, 제거, 지우기
edit | 편집, 수정
empty | 빈, 비어 있는, 텅 빈
export | 내보내기
fast | 빠른
forbidden | 금지
full | 가득 찬, 꽉 찬
hide | 숨기기, 숨김
import | 가져오기, 불러오기
locked | 잠긴, 잠김
blocked | 차단
log in | 로그인
log out | 로그아웃
muted | 음소거, 무음
no | 없음
off | 꺼짐, 꺼진, 끄기
paid | 결제 완료, 지불 완료
paste | 붙여넣기, 붙여 넣기
play | 재생
print | 인쇄, 프린트
refresh | 새로고침, 새로 고침, 갱신, 업데이트
reply | 답장, 회신
save | 저장
send | 보내기, 전송
share | 공유
show | 표시, 보기, 보이기
slow | 느린
sort | 정렬
undo | 실행 취소, 되돌리기
upload | 업로드, 올리기
unlock | 잠금 해제
change | 변경
scan | 스캔
call | 전화하기, 통화
block | 차단
invite | 초대
buy | 구매
pay | 결제, 지불
accept | 수락
reject | 거절
start | 시작
stop | 중지, 정지
pause | 일시 정지
create | 만들기, 생성
view | 보기
restore | 복원
archive | 보관
move | 이동
rename | 이름 변경
connect | 연결
zoom in | 확대
zoom out | 축소
`,
};
