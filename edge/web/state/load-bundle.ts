// Reads what the bundle says of its models.

import { z } from 'zod';
import { type Bundle, bundlePlaces, bundleSchema } from '../../../common/bundle.ts';
import { firstLine } from '../inference/trouble.ts';

// Checks are interpreted, for the page's policy lets nothing be compiled from text.
z.config({ jitless: true });

/** The bundle, or why it cannot be read. */
export async function loadBundle(): Promise<Bundle | string> {
  const address = new URL(`../${bundlePlaces.vocabulary}`, document.baseURI);
  try {
    const response = await fetch(address);
    if (!response.ok) return `${bundlePlaces.vocabulary}: ${response.status} ${response.statusText}`;
    const parsed = bundleSchema.safeParse(await response.json());
    return parsed.success ? parsed.data : `${bundlePlaces.vocabulary}: ${z.prettifyError(parsed.error)}`;
  } catch (error) {
    return `${bundlePlaces.vocabulary}: ${firstLine(error)}`;
  }
}
