/** The name and the password that stand in a URL, decoded; empty strings for what is not there. */
export function userinfoOf(url: URL): { readonly username: string; readonly password: string } {
  return { username: decoded(url.username), password: decoded(url.password) };
}

/** A percent sign that begins no escape is a character like another: people write passwords as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
