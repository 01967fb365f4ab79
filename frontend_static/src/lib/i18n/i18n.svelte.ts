import i18next from 'i18next';
import type { Area, TextKey } from './keys';

export const languages = { en: 'English', de: 'Deutsch', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof languages;

type Sentences = Record<string, string>;
const files = import.meta.glob<{ default: Sentences }>('../../locales/*/*.json');

const storageKey = 'incubator.language';
const loadedAreas = new Set<Area>(['app']);
let language = $state<Language>('en');
/** Goes up when sentences arrive, so that what was rendered before them is rendered again. */
let revision = $state(0);

/** The language of the words, and the locale of numbers and dates: a Swiss reader of German keeps Swiss numbers. */
export const locale = {
	get current(): Language {
		return language;
	},
	get formats(): string {
		return formatLocaleOf(language, navigator.languages);
	},
};

const defaultRegion: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE', 'zh-CN': 'zh-CN' };

export function formatLocaleOf(wanted: Language, preferred: readonly string[]): string {
	const base = wanted.split('-')[0];
	return preferred.find((tag) => tag.includes('-') && tag.split('-')[0] === base) ?? defaultRegion[wanted];
}

/** The best of our languages for a browser's list, first wish first. */
export function languageFor(preferred: readonly string[]): Language {
	for (const tag of preferred) {
		if (tag.startsWith('zh')) return 'zh-CN';
		if (tag.startsWith('de')) return 'de';
		if (tag.startsWith('en')) return 'en';
	}
	return 'en';
}

export function rememberedLanguage(): Language {
	try {
		const stored = localStorage.getItem(storageKey);
		if (stored && stored in languages) return stored as Language;
	} catch {
		// Storage can be refused in a private window; the browser's own list decides then.
	}
	return languageFor(navigator.languages);
}

/** The sentence of a key in the current language; reactive to a switch of language. */
export function t(key: TextKey, values?: Record<string, string | number>): string {
	// Reading the revision makes every caller depend on the language.
	if (revision < 0) return '';
	return i18next.t(key, values);
}

async function fetchArea(wanted: Language, area: Area): Promise<void> {
	if (i18next.hasResourceBundle(wanted, area)) return;
	const file = files[`../../locales/${wanted}/${area}.json`];
	if (!file) throw new Error(`no sentences for ${area} in ${wanted}`);
	i18next.addResourceBundle(wanted, area, (await file()).default);
}

/** Asks for the files of a language before anything is shown; what needs them later finds them there. */
export function preloadAreas(wanted: Language, areas: readonly Area[]): void {
	for (const area of ['app', ...areas] as const) void files[`../../locales/${wanted}/${area}.json`]?.();
}

/** Makes the sentences of these areas ready in the current language. */
export async function loadAreas(areas: readonly Area[]): Promise<void> {
	const missing = areas.filter((area) => !i18next.hasResourceBundle(language, area));
	for (const area of areas) loadedAreas.add(area);
	if (missing.length === 0) return;
	await Promise.all(missing.map((area) => fetchArea(language, area)));
	revision += 1;
}

export async function setLanguage(wanted: Language): Promise<void> {
	if (!i18next.isInitialized) {
		await i18next.init({
			lng: wanted,
			fallbackLng: false,
			resources: {},
			keySeparator: false,
			defaultNS: 'app',
			interpolation: { escapeValue: false },
		});
	}
	await Promise.all([...loadedAreas].map((area) => fetchArea(wanted, area)));
	await i18next.changeLanguage(wanted);
	document.documentElement.lang = wanted;
	language = wanted;
	revision += 1;
	try {
		localStorage.setItem(storageKey, wanted);
	} catch {
		// Not remembered in a private window; nothing is lost but the wish.
	}
}

export const apiLanguage = { en: 'EN', de: 'DE', 'zh-CN': 'ZH_CN' } as const satisfies Record<Language, string>;

export function languageOf(value: 'EN' | 'DE' | 'ZH_CN'): Language {
	return value === 'DE' ? 'de' : value === 'ZH_CN' ? 'zh-CN' : 'en';
}
