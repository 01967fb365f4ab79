/** What the polite live region says; the shell holds the only one. */
class Announcer {
	text = $state('');
}

export const announcer = new Announcer();

export function announce(text: string): void {
	// The same sentence twice is spoken twice only when the region was empty in between.
	announcer.text = '';
	setTimeout(() => {
		announcer.text = text;
	}, 50);
}
