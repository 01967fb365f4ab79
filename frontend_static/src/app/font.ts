import latinExtended from '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2?url';
import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';

/**
 * Makes Inter known to the page after the first view stands, so that the font never competes with the data.
 *
 * Each file is fetched only when a letter of its range is on screen; Chinese uses the system's fonts.
 */
export function addFonts(): void {
	const common = { weight: '100 900', style: 'normal', display: 'swap' } as const;
	const ranges: readonly (readonly [string, string])[] = [
		[
			latin,
			'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD',
		],
		[
			latinExtended,
			'U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2C60-2C7F, U+A720-A7FF',
		],
	];
	for (const [url, unicodeRange] of ranges) {
		document.fonts.add(new FontFace('Inter Variable', `url(${url})`, { ...common, unicodeRange }));
	}
}
