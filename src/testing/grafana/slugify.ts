/** What a title becomes in a URL (pkg/infra/slugify); a title of nothing but other signs keeps a stand-in. */
export function slugify(title: string): string {
  const slug = title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug === '' ? Buffer.from(title).toString('base64url') : slug;
}
