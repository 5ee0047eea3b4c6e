/**
 * Server configuration of the embedded engine: few threads and small caches, because it lives in
 * one process with the collector and the API (measured in docs/decisions/0003-store.md).
 */
const SETTINGS: Readonly<Record<string, number>> = {
  max_server_memory_usage: 700_000_000,
  mark_cache_size: 33_554_432,
  uncompressed_cache_size: 0,
  index_mark_cache_size: 8_388_608,
  index_uncompressed_cache_size: 0,
  mmap_cache_size: 0,
  compiled_expression_cache_size: 8_388_608,
  query_condition_cache_size: 4_194_304,
  primary_index_cache_size: 0,
  // A cap, not a stock: threads come as they are wanted and idle ones go. Where it is low, every store that
  // a process opened and closed again leaves some waiting, until a query waits for ever.
  max_thread_pool_size: 1024,
  max_thread_pool_free_size: 4,
  thread_pool_queue_size: 1000,
  max_io_thread_pool_size: 8,
  max_io_thread_pool_free_size: 0,
  max_active_parts_loading_thread_pool_size: 2,
  max_outdated_parts_loading_thread_pool_size: 1,
  max_parts_cleaning_thread_pool_size: 1,
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 1,
  background_move_pool_size: 1,
  background_fetches_pool_size: 1,
  background_common_pool_size: 1,
  background_schedule_pool_size: 2,
  background_buffer_flush_schedule_pool_size: 1,
  background_distributed_schedule_pool_size: 1,
  background_message_broker_schedule_pool_size: 1,
  tables_loader_background_pool_size: 1,
  tables_loader_foreground_pool_size: 1,
  asynchronous_metrics_update_period_s: 60,
  // Looks at the memory of the process 20 times a second by default, which an idle store can do without.
  memory_worker_period_ms: 1000,
}

/** Smaller merges and slower housekeeping: an idle store should not be heard. */
const MERGE_TREE: Readonly<Record<string, number>> = {
  max_bytes_to_merge_at_max_space_in_pool: 5_368_709_120,
  number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
  number_of_free_entries_in_pool_to_execute_mutation: 1,
  number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
  merge_selecting_sleep_ms: 5000,
  max_merge_selecting_sleep_ms: 60_000,
  cleanup_delay_period: 60,
  max_cleanup_delay_period: 300,
  merge_max_block_size: 4096,
  // Parts grow eightfold at a merge, not fivefold: a third fewer times that a row is written again,
  // for about as many parts (8 a level on 4 levels instead of 5 on 6).
  merge_selector_base: 8,
  min_bytes_for_wide_part: 10_485_760,
}

const tags = (settings: Readonly<Record<string, number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n')

export const ENGINE_CONFIG = `<clickhouse>
${tags(SETTINGS)}
<merge_tree>
${tags(MERGE_TREE)}
</merge_tree>
</clickhouse>
`
