/** Schema of the views that replace tables on connections of principals with access to some studies. */
export const LIMITED_SCHEMA = "rankscope_limited";
