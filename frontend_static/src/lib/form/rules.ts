import * as v from 'valibot';
import type { TextKey } from '../i18n/keys';
import { parseMoney } from '../money/money';

// Each rule's message is the key of the sentence that is shown beside the field.
const key = (text: TextKey): TextKey => text;

export const requiredText = (maxLength = 200, minLength = 1) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.minLength(1, key('app:form.required')),
		v.minLength(minLength, key('app:form.tooShort')),
		v.maxLength(maxLength, key('app:form.tooLong')),
	);

export const optionalText = (maxLength = 200) =>
	v.pipe(v.string(), v.trim(), v.maxLength(maxLength, key('app:form.tooLong')));

export const emailAddress = v.pipe(
	v.string(),
	v.trim(),
	v.minLength(1, key('app:form.required')),
	v.email(key('app:form.email')),
	v.maxLength(254, key('app:form.tooLong')),
);

export const newPassword = v.pipe(
	v.string(),
	v.minLength(12, key('app:form.tooShort')),
	v.maxLength(200, key('app:form.tooLong')),
);

export const chosen = v.pipe(v.string(), v.minLength(1, key('app:form.choose')));

export const day = v.pipe(
	v.string(),
	v.minLength(1, key('app:form.required')),
	v.regex(/^\d{4}-\d{2}-\d{2}$/, key('app:form.day')),
);

/** A whole number typed as text. */
export const wholeNumber = (min: number, max: number) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.minLength(1, key('app:form.required')),
		v.regex(/^\d{1,9}$/, key('app:form.wholeNumber')),
		v.transform(Number),
		v.minValue(min, key('app:form.atLeast')),
		v.maxValue(max, key('app:form.atMost')),
	);

/** An amount typed as text, or nothing; the currency can change with another field. */
export const optionalAmount = (currencyOf: () => string) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.check((text) => text === '' || parseMoney(text, currencyOf()) !== null, key('app:form.amount')),
	);

export const requiredAmount = (currencyOf: () => string) =>
	v.pipe(v.string(), v.trim(), v.minLength(1, key('app:form.required')), optionalAmount(currencyOf));
