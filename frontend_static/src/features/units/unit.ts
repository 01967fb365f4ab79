import type { UnitDetailsQuery } from '../../gql/schema';

export type UnitDetail = Extract<NonNullable<UnitDetailsQuery['node']>, { readonly __typename: 'Unit' }>;
