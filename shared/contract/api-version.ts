/** The API version that this source speaks; the plugin compares it with `Meta.api` before its first request. */
export const apiVersion = 1;
