const storageKey = 'incubator.site';

/** A site and its zone: enough to ask for its day before anything else is known. */
interface Remembered {
	readonly id: string;
	readonly timeZone: string;
}

/** The site that this browser looked at last, so that the bookings open where they were left. */
export function rememberedSite(): Remembered | null {
	try {
		const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
		const { id, timeZone } = (stored ?? {}) as Record<string, unknown>;
		return typeof id === 'string' && typeof timeZone === 'string' ? { id, timeZone } : null;
	} catch {
		return null;
	}
}

export function rememberSite({ id, timeZone }: Remembered): void {
	try {
		localStorage.setItem(storageKey, JSON.stringify({ id, timeZone }));
	} catch {
		// Without storage the page asks for the sites first.
	}
}
