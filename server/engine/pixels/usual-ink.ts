/** Ink of icons that take the colour of the text around them; the flow between styles learned such icons in this one. */
export const usualInk = "#1f2328";
