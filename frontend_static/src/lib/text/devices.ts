const browsers: readonly (readonly [RegExp, string])[] = [
	[/Edg\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/Firefox\//, 'Firefox'],
	[/Chrome\//, 'Chrome'],
	[/Safari\//, 'Safari'],
];

const systems: readonly (readonly [RegExp, string])[] = [
	[/iPhone|iPad/, 'iOS'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/Linux/, 'Linux'],
];

/** "Firefox · Windows": what people recognise their devices by; null when the text says neither. */
export function deviceName(userAgent: string): string | null {
	const find = (list: typeof browsers) => list.find(([pattern]) => pattern.test(userAgent))?.[1];
	const parts = [find(browsers), find(systems)].filter((part) => part !== undefined);
	return parts.length > 0 ? parts.join(' · ') : null;
}
