/* Choosing a span on the timeline of a schedule, to add an override there. */
