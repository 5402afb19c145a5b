{% snapshot gong_stats__users_snapshot %}

{{
    config(
        unique_key='user_id',
        strategy='check',
        check_cols=['manager_id', 'is_active'],
        updated_at='extracted_at',
    )
}}

-- Gong keeps no history of its org chart, so it is recorded here from the first run on.
select
    user_id,
    manager_id,
    active as is_active,
    coalesce(
        extracted_at,
        cast({{ dbt.current_timestamp() }} as {{ gong_stats.column_type('timestamp') }})
    ) as extracted_at
from {{ ref('stg_gong_stats__users') }}

{% endsnapshot %}
