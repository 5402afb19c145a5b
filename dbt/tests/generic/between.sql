{% test between(model, column_name, low, high) %}

-- Gong publishes no scales.
{{ config(severity='warn') }}

select {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ low }} or {{ column_name }} > {{ high }}

{% endtest %}
