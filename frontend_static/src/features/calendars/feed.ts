/** The address by which a calendar program is asked to subscribe. */
export const webcalOf = (address: string): string => address.replace(/^https?:/, 'webcal:');
