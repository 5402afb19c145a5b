with questions as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__scorecards'),
        column='questions',
        keep=['scorecard_id', 'scorecard_name', 'workspace_id'],
        fields={
            'question_id': 'string',
            'question_revision_id': 'string',
            'question_text': 'string',
            'question_type': 'string',
            'is_overall': 'boolean',
            'min_range': 'number',
            'max_range': 'number',
            'updated': 'timestamp',
        }
    ) }}
),

-- Only the current revision, so that each answer joins a single question.
revisions as (
    select
        *,
        row_number() over (
            partition by scorecard_id, question_id
            order by case when updated is null then 1 else 0 end, updated desc, question_revision_id
        ) as revision
    from questions
)

select
    scorecard_id,
    scorecard_name,
    workspace_id,
    question_id,
    question_revision_id,
    question_text,
    question_type,
    is_overall,
    min_range,
    max_range
from revisions
where revision = 1
