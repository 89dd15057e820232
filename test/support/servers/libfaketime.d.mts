export function findLibfaketime():
  | { readonly name: 'faketime'; readonly url: string; readonly reason?: undefined }
  | { readonly name: 'faketime'; readonly url?: undefined; readonly reason: string };
