/**
 * What sets call drawings of what a caption calls otherwise: "home" is a house, "notifications" a bell, where the style's own set has no
 * drawing that is called as the caption is. Only in this direction: a house is no home page. A line is a caption and the names, the usual ones.
 */

const lines = `
home | house
back | arrow left, chevron left
next | arrow right, chevron right
more | ellipsis, dots, more horizontal
add | plus
edit | pencil, pen
delete | trash, trash 2, bin
remove | trash, minus
search | magnifying glass
favorites | heart, star
favourites | heart, star
starred | star
notifications | bell
alerts | bell, triangle alert, alert triangle
profile | user, person
messages | messages square, message square, message circle, message
bookmarks | bookmark
email | mail, envelope
photo | image, picture
photos | images, image, pictures
picture | image
gallery | images
settings | gear, cog
help | circle help, help circle, question circle, question
location | map pin, pin
call | phone
filter | funnel
cart | shopping cart
flights | plane, airplane
flight | plane, airplane
hotels | hotel, bed
restaurants | utensils, restaurant
weather | cloud sun, partly cloudy
beach | umbrella beach, tree palm, palmtree
car rental | car key
customer support | headset
support | headset
delivery truck | truck, truck delivery
explore | compass
categories | layout grid, category
size guide | ruler
security | shield, shield check
cards | credit card, cards
investments | chart line, trending up
recent | history, clock
storage | hard drive, server, database
list view | list, layout list
grid view | layout grid, grid
zip file | file archive, folder archive, zip
image file | file image, photo
debug | bug
test | flask conical, test tube, flask
deploy | rocket
commit | git commit, git commit horizontal
pull request | git pull request
environment variable | variable
workout | dumbbell, barbell
vaccination | syringe, vaccine
emergency | siren, ambulance
doctor | stethoscope
steps | footprints, walk
calories | flame
heart rate | heart pulse, activity heartbeat, heartbeat
light bulb | lightbulb, bulb
tv | television, device tv
television | tv, device tv
bike | bicycle
bicycle | bike
train | train front, train
taxi | car taxi, taxi
subtitles | captions, cc
voice message | mic, microphone
full screen | maximize, fullscreen
`;

const others: ReadonlyMap<string, readonly string[]> = new Map(
  lines
    .trim()
    .split("\n")
    .map((line) => {
      const [caption = "", names = ""] = line.split(" | ");
      return [caption, names.split(", ").filter((name) => name !== caption)] as const;
    }),
);

/** @returns none for most captions */
export const otherNamesOf = (caption: string): readonly string[] => others.get(caption.trim().toLowerCase()) ?? [];
