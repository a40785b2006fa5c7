/** Each form in which a program may print a secret: plain, for a URL, for JSON, and in base64, there also within a longer text. */
export function secretForms(secret: string): readonly string[] {
  const encoded = [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'latin1')].flatMap(base64Forms);
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const forUrls = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [secret, json, url, url.replaceAll('%20', '+'), ...encoded, ...forUrls];
}

/** Of the three ways to stand in base64, the characters that no neighbour has a part in. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((shift * 8) / 6), whole);
  });
}

/** The secrets that can be found in `text`, in any form. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => secretForms(secret).some((form) => text.includes(form)));
}
