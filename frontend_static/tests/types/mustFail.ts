import type { Viewer } from '../../src/gql/Viewer';
import type { DataOf } from '../../src/lib/gql/operation';
import type { TextKey } from '../../src/lib/i18n/keys';

// must fail: a number is no text
export const text: string = 1;
// must fail: there is no such sentence
export const key: TextKey = 'app:noSuchSentence';
// must fail: the document does not ask for this field
export const shoeSize = (data: DataOf<typeof Viewer>) => data.viewer?.person.shoeSize;
