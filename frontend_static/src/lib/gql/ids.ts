const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The API's id of a thing: links in mails and from the payment page carry the bare UUID. */
export function nodeId(typeName: string, idOrUuid: string): string {
	if (!uuid.test(idOrUuid)) return idOrUuid;
	return btoa(`${typeName}:${idOrUuid.toLowerCase()}`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
