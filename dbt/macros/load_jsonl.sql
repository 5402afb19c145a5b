{#-
    Load the files that target-jsonl wrote into DuckDB, each key with its last record.

        dbt run-operation load_jsonl --args '{folder: output}'

    folder: the folder of the files, named after the streams: `users-20261125T020000.jsonl`.
-#}
{% macro load_jsonl(folder) %}
    {%- if target.type != 'duckdb' -%}
        {%- do exceptions.raise_compiler_error('load_jsonl needs the target duckdb') -%}
    {%- endif -%}
    {%- for node in graph.sources.values() if node.source_name == 'gong_stats' -%}
        {%- set files = folder ~ '/' ~ node.name ~ '[-.]*jsonl' -%}
        {%- if run_query("select 1 from glob('" ~ files ~ "') limit 1").rows | length -%}
            {%- do adapter.create_schema(api.Relation.create(node.database, node.schema)) -%}
            {%- do run_query(gong_stats.create_from_jsonl(node, files)) -%}
            {%- do log('loaded ' ~ node.schema ~ '.' ~ node.name, info=true) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{% macro create_from_jsonl(node, files) %}
    create or replace table {{ node.relation_name }} as
    with records as (
        select
            records.*,
            files.last_modified as _sdc_extracted_at,
            epoch_ms(files.last_modified) as _sdc_sync_started_at,
            row_number() over () as line
        from read_json(
            '{{ files }}',
            format = 'newline_delimited',
            filename = true,
            columns = {
                {%- for column in node.columns.values() %}
                '{{ column.name }}': '{{ gong_stats.column_type(column.data_type) }}'
                {%- if not loop.last %},{% endif %}
                {%- endfor %}
            }
        ) as records
        inner join read_blob('{{ files }}') as files using (filename)
    )

    select * exclude (filename, line)
    from records
    qualify row_number() over (
        partition by {{ node.config.meta.key | join(', ') }}
        order by _sdc_extracted_at desc, filename desc, line desc
    ) = 1
{% endmacro %}
