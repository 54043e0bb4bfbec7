/** Maximum wait of a panel for values that are not stored, in seconds. After it, the panel shows the progress of the jobs. */
export const WAIT_SECONDS = 0.5;
