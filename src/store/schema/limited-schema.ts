/** Where migrations keep the views that connections of callers who may see some studies only find under the tables' names. */
export const LIMITED_SCHEMA = "rankscope_limited";
