/** The same keys as the English messages of an area. */
export type Translation<English> = { readonly [Key in keyof English]: string };
