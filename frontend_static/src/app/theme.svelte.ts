const storageKey = 'incubator.theme';

type Theme = 'light' | 'dark';

let chosen = $state<Theme | null>(null);
const system = matchMedia('(prefers-color-scheme: dark)');

/** Light or dark: the person's choice on this device, else the system's. */
export const theme = {
	get current(): Theme {
		return chosen ?? (system.matches ? 'dark' : 'light');
	},
};

export function applyStoredTheme(): void {
	try {
		const stored = localStorage.getItem(storageKey);
		if (stored === 'light' || stored === 'dark') setTheme(stored);
	} catch {
		// Storage can be refused in a private window; the system's choice then holds.
	}
}

export function setTheme(wanted: Theme): void {
	chosen = wanted;
	document.documentElement.dataset.theme = wanted;
	try {
		localStorage.setItem(storageKey, wanted);
	} catch {
		// Not remembered in a private window.
	}
}

export const toggleTheme = (): void => setTheme(theme.current === 'dark' ? 'light' : 'dark');
