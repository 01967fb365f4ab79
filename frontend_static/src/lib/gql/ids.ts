const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The API's id of a thing: links in mails and from the payment page carry the bare UUID. */
export function nodeId(typeName: string, idOrUuid: string): string {
	if (!uuid.test(idOrUuid)) return idOrUuid;
	return btoa(`${typeName}:${idOrUuid.toLowerCase()}`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Whether an id of the API names a thing of a type. */
export const isOf = (typeName: string, id: string): boolean =>
	atob(id.replaceAll('-', '+').replaceAll('_', '/')).startsWith(`${typeName}:`);
