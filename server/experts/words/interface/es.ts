/** Words of interfaces in Spanish, in the form of everyday-words.ts. */
export const es = {
  things: `
account | cuenta
address | dirección
alarm | alarma
alarm clock | despertador
attachment | adjunto, archivo adjunto
backup | copia de seguridad, respaldo
bank statement | extracto bancario, extracto de cuenta
battery | batería, pila
bookmark | marcador
brightness | brillo
browser | navegador
bug | error de software
calculator | calculadora
calendar | calendario
chart | gráfico, diagrama
checklist | lista de verificación, lista de tareas
clipboard | portapapeles
code | código
comment | comentario
contract | contrato
credit card | tarjeta de crédito
database | base de datos
delivery | entrega, envío
device | dispositivo
direct debit | domiciliación, adeudo directo
discount | descuento
document | documento
download | descargar, descarga
email | correo electrónico, correo
employee | empleado, empleada
error | error
favorite | favorito
file | archivo, fichero
filter | filtro
fingerprint | huella digital, huella dactilar
folder | carpeta
headphones | auriculares, cascos
help | ayuda
home | inicio, página de inicio
information | información
invoice | factura
keyboard | teclado
language | idioma
link | enlace, vínculo
loan | préstamo
location | ubicación, localización
lock | candado, cerradura
magnifying glass | lupa
map | mapa
meeting | reunión
menu | menú
message | mensaje
microphone | micrófono
money | dinero
network | red informática, red de datos
notification | notificación
package | paquete
password | contraseña
payment | pago
percent | porcentaje, por ciento
photo | foto, fotografía
pin | chincheta, alfiler
prescription | receta médica
price | precio
printer | impresora
profile | perfil
question | pregunta
receipt | recibo
salary | nómina, salario
savings | ahorros
screen | pantalla
search | búsqueda, buscar
security | seguridad
server | servidor
settings | ajustes, configuración
shield | escudo
sign | letrero, cartel
shopping bag | bolsa de la compra
shopping cart | carrito de compras, carrito de la compra
sound | sonido
standing order | orden permanente
subscription | suscripción
tax | impuesto
team | equipo
ticket | boleto
time | tiempo, hora
tool | herramienta
trash | papelera, basura
user | usuario, usuaria
video | vídeo, video
volume | volumen
wallet | cartera, billetera, monedero
warning | advertencia, aviso
website | sitio web, página web
wifi | wifi, wi-fi
circle | círculo
square | cuadrado
triangle | triángulo
sugar | azúcar
drone | dron, drones
badge | insignia
QR code | código QR
directions | cómo llegar, indicaciones
history | historial
chat | conversación
dashboard | panel de control, tablero
reminder | recordatorio
appointment | cita
order | pedido
product | producto
customer | cliente
statistics | estadística, estadísticas
report | informe, reporte
project | proyecto
task | tarea
list | lista
category | categoría
coupon | cupón, vale
refund | reembolso
bank transfer | transferencia
insurance | seguro
medicine | medicamento, medicina
flight | vuelo
luggage | equipaje
contact | contacto
dark mode | modo oscuro
`,
  actions: `
add | añadir, agregar
cancel | cancelar
check | comprobar, verificar, verificado
close | cerrar
closed | cerrado, cerrada
copy | copiar
cut | cortar
delete | eliminar, borrar, suprimir, eliminado, eliminada
edit | editar, modificar
empty | vacío, vacía
export | exportar
fast | rápido, rápida
forbidden | prohibido, prohibida
full | lleno, llena
hide | ocultar, esconder
import | importar
locked | cerrado con llave
blocked | bloqueado, bloqueada
log in | iniciar sesión
log out | cerrar sesión
muted | silenciado, silenciada
no | ningún, ninguna
off | apagado, apagada, desactivado, desactivada
paid | pagado, pagada
paste | pegar
play | reproducir
print | imprimir
refresh | actualizar, recargar
reply | responder
save | guardar
send | enviar
share | compartir
show | mostrar
slow | lento, lenta
sort | ordenar
undo | deshacer
upload | subir archivo
unlock | desbloquear
change | cambiar
scan | escanear
call | llamar
block | bloquear
invite | invitar
buy | comprar
pay | pagar
accept | aceptar
reject | rechazar
start | iniciar, empezar
stop | detener, parar
pause | pausar
create | crear
view | ver
restore | restaurar
archive | archivar
move | mover
rename | renombrar
connect | conectar
zoom in | ampliar
zoom out | reducir
`,
};
