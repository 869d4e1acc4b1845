/** Words of interfaces in Portuguese, in the form of everyday-words.ts. */
export const pt = {
  things: `
account | conta
address | endereço
alarm | alarme
alarm clock | despertador
attachment | anexo
backup | cópia de segurança
bank statement | extrato bancário
battery | bateria, pilha
bookmark | marcador, favorito
brightness | brilho
browser | navegador
bug | erro de software
calculator | calculadora
calendar | calendário
chart | gráfico, diagrama
checklist | lista de tarefas, lista de verificação
clipboard | área de transferência, prancheta
code | código
comment | comentário
contract | contrato
credit card | cartão de crédito
database | banco de dados, base de dados
delivery | entrega
device | dispositivo
direct debit | débito automático, débito direto
discount | desconto
document | documento
download | baixar, transferir, descarregar
email | e-mail, correio eletrônico
employee | funcionário, funcionária
error | erro
favorite | favorito
file | arquivo, ficheiro
filter | filtro
fingerprint | impressão digital
folder | pasta
headphones | fones de ouvido, fone de ouvido
help | ajuda
home | início, página inicial
information | informação
invoice | fatura, nota fiscal
keyboard | teclado
language | idioma
link | hiperligação
loan | empréstimo
location | localização
lock | cadeado, fechadura
magnifying glass | lupa
map | mapa
meeting | reunião
menu | menu
message | mensagem
microphone | microfone
money | dinheiro
network | rede
notification | notificação
package | pacote
password | senha, palavra-passe
payment | pagamento
percent | por cento, porcentagem
photo | foto, fotografia
pin | alfinete
prescription | receita médica
price | preço
printer | impressora
profile | perfil
question | pergunta
receipt | recibo
salary | salário, folha de pagamento
savings | poupança
screen | tela, ecrã
search | busca, pesquisa, buscar
security | segurança
server | servidor
settings | configurações, configuração, definições
shield | escudo
sign | placa
shopping bag | sacola de compras
shopping cart | carrinho de compras
sound | som
standing order | ordem permanente
subscription | assinatura
tax | imposto
team | equipe, time
ticket | bilhete, ingresso
time | tempo, hora
tool | ferramenta
trash | lixeira, lixo
user | usuário, usuária, utilizador
video | vídeo
volume | volume
wallet | carteira
warning | aviso, advertência
website | site, página da web
wifi | wi-fi
circle | círculo
square | quadrado
triangle | triângulo
sugar | açúcar
drone | drone, drones
badge | distintivo
QR code | código QR, QR code
directions | como chegar, rota
history | histórico
chat | conversa, bate-papo
dashboard | painel de controle
reminder | lembrete
appointment | consulta marcada, compromisso
order | pedido, encomenda
product | produto
customer | cliente
statistics | estatística, estatísticas
report | relatório
project | projeto
task | tarefa
list | lista
category | categoria
coupon | cupom, vale
refund | reembolso, estorno
bank transfer | transferência
insurance | seguro
medicine | remédio, medicamento
flight | voo
luggage | bagagem
contact | contato, contacto
dark mode | modo escuro
`,
  actions: `
add | adicionar
cancel | cancelar
check | verificar, verificado
close | fechar
closed | fechado, fechada
copy | copiar
cut | cortar, recortar
delete | excluir, eliminar, remover
edit | editar
empty | vazio, vazia
export | exportar
fast | rápido, rápida
forbidden | proibido, proibida
full | cheio, cheia
hide | ocultar, esconder
import | importar
locked | trancado, trancada
blocked | bloqueado, bloqueada
log in | entrar na conta, fazer login
log out | sair da conta, encerrar sessão
muted | mudo, silenciado, sem som
no | nenhum, nenhuma
off | desligado, desligada, desativado, desativada
paid | pago, paga
paste | colar
play | reproduzir, tocar
print | imprimir
refresh | atualizar, recarregar
reply | responder
save | salvar, guardar
send | enviar
share | compartilhar, partilhar
show | mostrar, exibir
slow | lento, lenta
sort | ordenar, classificar
undo | desfazer
upload | enviar arquivo, carregar arquivo
unlock | desbloquear, destravar
change | alterar, mudar
scan | escanear, digitalizar
call | ligar, chamar
block | bloquear
invite | convidar
buy | comprar
pay | pagar
accept | aceitar
reject | rejeitar, recusar
start | iniciar, começar
stop | parar
pause | pausar
create | criar
view | ver, visualizar
restore | restaurar
archive | arquivar
move | mover
rename | renomear
connect | conectar
zoom in | ampliar
zoom out | reduzir
`,
};
