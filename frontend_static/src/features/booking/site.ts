const storageKey = 'incubator.site';

/** The site that this browser looked at last, so that the bookings open where they were left. */
export function rememberedSite(): string | null {
	try {
		return localStorage.getItem(storageKey);
	} catch {
		return null;
	}
}

export function rememberSite(siteId: string): void {
	try {
		localStorage.setItem(storageKey, siteId);
	} catch {
		// Without storage the first site is shown next time.
	}
}
