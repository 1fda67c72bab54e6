import { axiosAuthRefresh } from './axios-auth-refresh.ts'
import { badgateway } from './badgateway.ts'
import { fetchExtras } from './fetch-extras.ts'
import { kyRecipe } from './ky.ts'
import { supabase } from './supabase.ts'
import { wretchRecipe } from './wretch.ts'

/** Those that run beside this package, each in the set-up that its own documentation shows. */
export const contestants = [supabase, badgateway, axiosAuthRefresh, fetchExtras, kyRecipe, wretchRecipe]
