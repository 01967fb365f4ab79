import * as v from 'valibot';

/** A share in percent as it is typed, "62.5" or "62,5", as the server takes it. */
export const sharePercent = v.pipe(
	v.string(),
	v.trim(),
	v.transform((text) => text.replace(',', '.')),
	v.regex(/^(100([.]0{1,2})?|\d{1,2}([.]\d{1,2})?)$/, 'units:shareRule'),
);
